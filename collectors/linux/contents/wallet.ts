import { createHash } from 'node:crypto'
import { keccak256 } from './keccak.ts'

const mostCandidates = 200
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The first wallet address in the bytes whose checksum holds, or undefined. A shape alone is no wallet. */
export function findWallet(bytes: Buffer): string | undefined {
  let candidates = 0
  for (const word of longWords(bytes)) {
    if (!mayBeWallet.test(word)) continue
    if (++candidates > mostCandidates) return undefined
    if (isMonero(word) || isBase58Check(word) || isSegwit(word) || isKaspa(word)) return word
  }
  return undefined
}

const shortest = 26
const longest = 113
const kaspa = Buffer.from('kaspa:')

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
    if (end - start <= longest) {
      yield bytes.toString('latin1', start - prefixLength(bytes, start), end)
    }
    start = end + 1
  }
}

function prefixLength(bytes: Buffer, start: number): number {
  const from = start - kaspa.length
  if (from < 0 || isWordByte(bytes[from - 1])) return 0
  return bytes.compare(kaspa, 0, kaspa.length, from, start) === 0 ? kaspa.length : 0
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && wordBytes[byte] === 1
}

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0))

const mayBeWallet =
  /^(?:[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?|[13RtNADL][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[a-z0-9]{11,71}|kaspa:[a-z0-9]{61,63})$/

/** Monero: base58 in blocks of 8 bytes, network byte, keys, first 4 bytes of Keccak (standard, subaddress, integrated). */
function isMonero(word: string): boolean {
  if (word.length !== 95 && word.length !== 106) return false
  const parts: Buffer[] = []
  for (let at = 0; at < word.length; at += 11) {
    const block = word.slice(at, at + 11)
    const size = moneroBlockSizes[block.length]
    const value = base58Value(block)
    if (size === undefined || size < 1 || value === undefined || value >= 1n << BigInt(size * 8)) return false
    parts.push(Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'))
  }
  const bytes = Buffer.concat(parts)
  const body = bytes.subarray(0, -4)
  return [18, 19, 42].includes(bytes[0] ?? 0) && keccak256(body).subarray(0, 4).equals(bytes.subarray(-4))
}

/** Bytes that a block of so many characters stands for. */
const moneroBlockSizes = [0, -1, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8]

/** Bitcoin and its many relatives: version, hash, first 4 bytes of double SHA-256. */
function isBase58Check(word: string): boolean {
  if (word.length > 36) return false
  const value = base58Value(word)
  if (value === undefined) return false
  const hex = value.toString(16)
  const bytes = Buffer.from((word.startsWith('1') ? '00' : '') + (hex.length % 2 === 1 ? `0${hex}` : hex), 'hex')
  const leading = /^1*/.exec(word)?.[0].length ?? 0
  const whole = leading > 1 ? Buffer.concat([Buffer.alloc(leading - 1), bytes]) : bytes
  if (whole.length !== 25 && whole.length !== 26) return false
  const once = createHash('sha256').update(whole.subarray(0, -4)).digest()
  return createHash('sha256').update(once).digest().subarray(0, 4).equals(whole.subarray(-4))
}

function base58Value(word: string): bigint | undefined {
  let value = 0n
  for (const letter of word) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    value = value * 58n + BigInt(digit)
  }
  return value
}

const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** BIP 173 and BIP 350. */
function isSegwit(word: string): boolean {
  if (!word.startsWith('bc1')) return false
  const values = [...word.slice(3)].map(letter => bech32Letters.indexOf(letter))
  if (values.includes(-1)) return false
  let sum = 1
  for (const value of [3, 3, 0, 2, 3, ...values]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries()) {
      if (((top >>> bit) & 1) !== 0) sum ^= generator
    }
  }
  return sum === 1 || sum === 0x2bc830a3
}

/** CashAddr's checksum with the prefix `kaspa`. */
function isKaspa(word: string): boolean {
  if (!word.startsWith('kaspa:')) return false
  const values = [...word.slice(6)].map(letter => bech32Letters.indexOf(letter))
  if (values.includes(-1)) return false
  let sum = 1n
  for (const value of [...[...'kaspa'].map(letter => letter.charCodeAt(0) & 31), 0, ...values]) {
    const top = sum >> 35n
    sum = ((sum & 0x07ffffffffn) << 5n) ^ BigInt(value)
    for (const [bit, generator] of cashGenerators.entries()) if (((top >> BigInt(bit)) & 1n) !== 0n) sum ^= generator
  }
  return sum === 1n
}

const cashGenerators = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n]
