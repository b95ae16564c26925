import { isIP } from 'node:net'

/** An address as bits; undefined for what is none. IPv4 in IPv6 is IPv4. */
function bitsOf(text: string): { value: bigint; length: 32 | 128 } | undefined {
  const address = text.split('%')[0] ?? ''
  if (isIP(address) === 4) return { value: fourOf(address), length: 32 }
  if (isIP(address) !== 6) return undefined
  const last = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  const plain = last === undefined ? address : address.replace(last, wordsOf(fourOf(last)))
  const [front = '', back] = plain.split('::')
  const [head, tail] = [front, back ?? ''].map(part => (part === '' ? [] : part.split(':'))) as [string[], string[]]
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  const value = [...head, ...zeros, ...tail].reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n)
  return value >> 32n === 0xffffn ? { value: value & 0xffff_ffffn, length: 32 } : { value, length: 128 }
}

function fourOf(address: string): bigint {
  return address.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function wordsOf(four: bigint): string {
  return `${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`
}

/** Whether an address is the given one, or lies in the given network (`192.0.2.0/24`, `2001:db8::/32`). What is neither holds nothing. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = '', prefix] = network.split('/')
  const [one, other] = [bitsOf(address), bitsOf(base)]
  if (one === undefined || other === undefined || one.length !== other.length) return false
  // Written as IPv4 in IPv6, its prefix counts from there.
  const mapped = base.includes(':') && other.length === 32 ? 96 : 0
  const bits = prefix === undefined ? other.length : Number(prefix) - mapped
  if (!Number.isInteger(bits) || bits < 0 || bits > other.length) return false
  const shift = BigInt(other.length - bits)
  return one.value >> shift === other.value >> shift
}

/** What one customer of a provider has: an IPv4 address, or the 64 bits in front of an IPv6 address. Undefined for what is no address. */
export function customerOf(address: string): string | undefined {
  const bits = bitsOf(address)
  if (bits === undefined) return undefined
  return bits.length === 32 ? String(bits.value) : `${(bits.value >> 64n).toString(16)}/64`
}

const privateNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]

/** Not of the internet: one address may stand for many people there (a gateway, a proxy). */
export function isPrivate(address: string): boolean {
  return privateNetworks.some(network => isInNetwork(address, network))
}
