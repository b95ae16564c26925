import { coinCheckFor } from './coin-of.ts'

/** An address of a coin, as it stands in the bytes. */
export interface Wallet {
  readonly coin: string
  readonly address: string
}

/** Words that have the shape of an address and are checked, so that a table of them does not take minutes. */
const mostCandidates = 2_000
const shortest = 26
const longest = 113

/** Wallet addresses in bytes whose checksum holds, each once. A shape alone is no wallet. */
export function findWallets(bytes: Buffer, most = 10): Wallet[] {
  const found = new Map<string, Wallet>()
  let candidates = 0
  for (const address of longWords(bytes)) {
    const check = found.has(address) ? undefined : coinCheckFor(address)
    if (check === undefined) continue
    if (++candidates > mostCandidates || found.size >= most) break
    const coin = check(address)
    if (coin !== undefined) found.set(address, { coin, address })
  }
  return [...found.values()]
}

/** Coins whose addresses are also those of contracts and tokens, which any program may name. */
const alsoContracts = new Set(['ethereum', 'tron', 'conflux'])

/** The first address of a coin that is paid to people only. */
export function findWallet(bytes: Buffer): string | undefined {
  return findWallets(bytes).find(({ coin }) => !alsoContracts.has(coin))?.address
}

/** Runs of letters and digits as long as an address. In a step of the shortest one byte of each run is met, so few are looked at. */
function* longWords(bytes: Buffer): Generator<string> {
  for (let start = 0; start + shortest <= bytes.length; ) {
    let at = start + shortest - 1
    while (at >= start && isWordByte(bytes[at])) at--
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + shortest
    while (end < bytes.length && isWordByte(bytes[end])) end++
    if (end - start <= longest) yield bytes.toString('latin1', start - prefixLength(bytes, start), end)
    start = end + 1
  }
}

/** Bytes of `kaspa:` before a word, with the colon; 0 where none of those stands there as a word of its own. */
function prefixLength(bytes: Buffer, start: number): number {
  if (bytes[start - 1] !== 0x3a) return 0
  let from = start - 1
  while (from > 0 && start - from < 14 && isWordByte(bytes[from - 1])) from--
  return prefixes.has(bytes.toString('latin1', from, start)) ? start - from : 0
}

const prefixes = new Set([
  'kaspa:',
  'karlsen:',
  'pyrin:',
  'nexelia:',
  'nexa:',
  'bitcoincash:',
  'spectre:',
  'cfx:',
  'xel:',
])

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && wordBytes[byte] === 1
}

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0))
