import { isIP } from 'node:net'

/** An address in the one form in which facts and lists compare: shortest IPv6 (RFC 5952), IPv4 in IPv6 as IPv4. Undefined when it is none. */
export function normalAddress(text: string): string | undefined {
  const address = text.trim().split('%', 1)[0] ?? ''
  const version = isIP(address)
  if (version === 4) return address
  if (version !== 6) return undefined
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const number = (Number.parseInt(mapped[1] ?? '0', 16) * 65_536 + Number.parseInt(mapped[2] ?? '0', 16)) >>> 0
  return dotted(number)
}

/** `198.51.100.0/24` with the bits behind the prefix cleared; a prefix of the whole length gives the address alone. */
export function normalNetwork(text: string): string | undefined {
  const [start = '', prefixText = '', more] = text.trim().split('/')
  const address = normalAddress(start)
  if (address === undefined || more !== undefined || !/^\d{1,3}$/.test(prefixText)) return undefined
  const prefix = Number(prefixText)
  if (prefix > (isIP(address) === 4 ? 32 : 128)) return undefined
  return networkOf(address, prefix)
}

/** The network of so many leading bits that a normal address lies in. */
export function networkOf(address: string, prefix: number): string {
  if (isIP(address) === 4) {
    if (prefix >= 32) return address
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
    return `${dotted((number & mask) >>> 0)}/${prefix}`
  }
  if (prefix >= 128) return address
  const words = wordsOfSix(address).map((word, at) => {
    const kept = Math.min(16, Math.max(0, prefix - at * 16))
    return word & (0xffff << (16 - kept)) & 0xffff
  })
  return `${normalAddress(words.map(word => word.toString(16)).join(':'))}/${prefix}`
}

/** The eight words of a normal IPv6 address. */
function wordsOfSix(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...middle, ...after].map(word => Number.parseInt(word, 16))
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.')
}
