import { isIPv4, isIPv6 } from 'node:net'

/** A network: so many leading bits of an address. */
export interface Network {
  readonly bytes: readonly number[]
  readonly bits: number
}

/** `10.0.0.0/8`, `fe80::/10`; an address alone is its own network. Undefined when it is neither. */
export function readCidr(text: string): Network | undefined {
  const [address = '', length, more] = text.trim().split('/')
  const bytes = addressBytes(address)
  if (!bytes || more !== undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined
  const bits = length === undefined ? bytes.length * 8 : Number(length)
  return bits > bytes.length * 8 ? undefined : { bytes, bits }
}

export function inNetwork(text: string, network: Network): boolean {
  const bytes = addressBytes(text.trim())
  if (!bytes) return false
  if (bytes.length === network.bytes.length) return sameBits(bytes, network)
  const mapped =
    bytes.length === 16 && bytes.slice(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  return mapped && sameBits(bytes.slice(12), network)
}

function sameBits(bytes: readonly number[], network: Network): boolean {
  for (let index = 0; index * 8 < network.bits; index++) {
    const mask = (0xff << Math.max(0, 8 - (network.bits - index * 8))) & 0xff
    if (((bytes[index] ?? 0) & mask) !== ((network.bytes[index] ?? 0) & mask)) return false
  }
  return true
}

function addressBytes(text: string): number[] | undefined {
  if (isIPv4(text)) return text.split('.').map(Number)
  const address = text.split('%', 1)[0] ?? ''
  if (!isIPv6(address)) return undefined
  const four = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const tail = four?.[2]?.split('.').map(Number)
  const written = tail ? `${four?.[1]}${word(tail, 0)}:${word(tail, 2)}` : address
  const [head = '', rest] = written.split('::')
  const before = words(head)
  const after = rest === undefined ? [] : words(rest)
  const middle = rest === undefined ? [] : new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0)
  return [...before, ...middle, ...after].flatMap(value => [value >> 8, value & 0xff])
}

function word(bytes: readonly number[], at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16)
}

function words(text: string): number[] {
  return text === '' ? [] : text.split(':').map(part => Number.parseInt(part, 16))
}
