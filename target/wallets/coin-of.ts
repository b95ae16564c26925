import { isBech32, isCashAddress } from './base32.ts'
import { base58Bytes, base58CheckBytes } from './base58.ts'
import { blake2b256 } from './blake2b.ts'
import { cryptonoteNetwork } from './cryptonote.ts'
import { kangarooTwelve, keccak256 } from './keccak.ts'

/** What says the coin of a word that has the shape of an address, and undefined where the checksum does not hold. */
export type CheckCoin = (word: string) => string | undefined

/** The check for a word by its shape. A shape alone is no address, so formats without a checksum are not known here. */
export function coinCheckFor(word: string): CheckCoin | undefined {
  return formats.find(({ shape }) => shape.test(word))?.coin
}

interface Format {
  readonly shape: RegExp
  readonly coin: CheckCoin
}

const base58 = '[1-9A-HJ-NP-Za-km-z]'
const base32 = '[02-9ac-hj-np-z]'

/** No two shapes overlap. */
const formats: readonly Format[] = [
  { shape: /^0x(?![0-9a-f]*$)(?![0-9A-F]*$)[0-9a-fA-F]{40}$/, coin: ethereum },
  { shape: /^[A-Z]{60}$/, coin: qubic },
  { shape: /^(?:kaspa|karlsen|pyrin|nexelia|nexa|bitcoincash|spectre|cfx):[0-9a-z]{40,112}$/, coin: cash },
  { shape: new RegExp(`^xel:${base32}{50,112}$`), coin: word => bech32(word, ':') },
  { shape: new RegExp(`^(?:bc|ltc|dgb|vtc|grin|deroi?|zs)1${base32}{11,112}$`), coin: word => bech32(word, '1') },
  { shape: new RegExp(`^9${base58}{50}$`), coin: ergo },
  { shape: new RegExp(`^${base58}{95,113}$`), coin: cryptonote },
  { shape: new RegExp(`^${base58}{26,36}$`), coin: bitcoinLike },
]

/** EIP-55: the case of the letters is the checksum, so an address in one case has none. */
function ethereum(word: string): string | undefined {
  const digits = word.slice(2)
  const hash = keccak256(Buffer.from(digits.toLowerCase(), 'latin1')).toString('hex')
  const holds = [...digits].every((digit, at) => /\d/.test(digit) || /[A-F]/.test(digit) === hash.charAt(at) >= '8')
  return holds ? 'ethereum' : undefined
}

/** Four numbers of 64 bits in 14 letters each, and 18 bits of KangarooTwelve in the last four. */
function qubic(word: string): string | undefined {
  const key = Buffer.alloc(32)
  for (let part = 0; part < 4; part++) {
    const value = lettersValue(word.slice(part * 14, part * 14 + 14))
    if (value >= 1n << 64n) return undefined
    key.writeBigUInt64LE(value, part * 8)
  }
  const sum = kangarooTwelve(key, 3).readUIntLE(0, 3) & 0x3ffff
  return BigInt(sum) === lettersValue(word.slice(56)) ? 'qubic' : undefined
}

function lettersValue(letters: string): bigint {
  return [...letters].reduceRight((value, letter) => value * 26n + BigInt(letter.charCodeAt(0) - 65), 0n)
}

function cash(word: string): string | undefined {
  const [prefix = '', data = ''] = word.split(':')
  return isCashAddress(prefix, data) ? (cashNames[prefix] ?? prefix) : undefined
}

const cashNames: Readonly<Record<string, string>> = { cfx: 'conflux', bitcoincash: 'bitcoin cash' }

function bech32(word: string, separator: string): string | undefined {
  const at = word.indexOf(separator)
  const prefix = word.slice(0, at)
  return isBech32(prefix, word.slice(at + 1)) ? bech32Names[prefix] : undefined
}

const bech32Names: Readonly<Record<string, string>> = {
  bc: 'bitcoin',
  ltc: 'litecoin',
  dgb: 'digibyte',
  vtc: 'vertcoin',
  grin: 'grin',
  dero: 'dero',
  deroi: 'dero',
  zs: 'zcash',
  xel: 'xelis',
}

/** Type of network and address, a key, and the first 4 bytes of BLAKE2b-256. */
function ergo(word: string): string | undefined {
  const bytes = base58Bytes(word)
  if (bytes?.length !== 38) return undefined
  return blake2b256(bytes.subarray(0, 34)).subarray(0, 4).equals(bytes.subarray(34)) ? 'ergo' : undefined
}

function cryptonote(word: string): string | undefined {
  const network = cryptonoteNetwork(word)
  return network === undefined ? undefined : (cryptonoteNames.get(network) ?? 'a relative of monero')
}

const cryptonoteNames: ReadonlyMap<bigint, string> = new Map([
  [18n, 'monero'],
  [19n, 'monero'],
  [42n, 'monero'],
  [185n, 'dynex'],
  [4146n, 'wownero'],
  [6810n, 'wownero'],
  [12208n, 'wownero'],
])

function bitcoinLike(word: string): string | undefined {
  const body = base58CheckBytes(word)
  if (body?.length === 21) return versionNames[body[0] ?? -1]
  if (body?.length === 22) return longVersionNames.get(body.readUInt16BE(0))
  return undefined
}

/** First byte of an address; coins that share one are told together. */
const versionNames: Readonly<Record<number, string>> = {
  0: 'bitcoin',
  5: 'bitcoin',
  22: 'dogecoin',
  23: 'clore',
  30: 'dogecoin or digibyte',
  38: 'neoxa or bitcoin gold',
  48: 'litecoin',
  50: 'litecoin',
  53: 'neurai',
  60: 'ravencoin, raptoreum or verus',
  65: 'tron',
  71: 'vertcoin',
  76: 'dash',
  122: 'ravencoin',
}

/** First two bytes of transparent addresses of Zcash and its relatives. */
const longVersionNames: ReadonlyMap<number, string> = new Map([
  [0x1cb8, 'zcash or flux'],
  [0x1cbd, 'zcash or flux'],
  [0x2089, 'horizen'],
])
