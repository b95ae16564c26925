const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Conflux counts in another order (CIP-37). */
const confluxLetters = 'abcdefghjkmnprstuvwxyz0123456789'

/** BIP 173, or BIP 350 (bech32m). */
export function isBech32(prefix: string, data: string): boolean {
  const values = valuesOf(data, letters)
  if (values === undefined) return false
  const high = [...prefix].map(letter => letter.charCodeAt(0) >> 5)
  const low = [...prefix].map(letter => letter.charCodeAt(0) & 31)
  let sum = 1
  for (const value of [...high, 0, ...low, ...values]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of bech32Generators.entries()) if (((top >>> bit) & 1) !== 0) sum ^= generator
  }
  return sum === 1 || sum === 0x2bc830a3
}

/** The checksum of CashAddr, which Kaspa, its forks, Nexa and Conflux took over. */
export function isCashAddress(prefix: string, data: string): boolean {
  const values = valuesOf(data, prefix === 'cfx' ? confluxLetters : letters)
  if (values === undefined) return false
  let sum = 1n
  for (const value of [...[...prefix].map(letter => letter.charCodeAt(0) & 31), 0, ...values]) {
    const top = sum >> 35n
    sum = ((sum & 0x07ffffffffn) << 5n) ^ BigInt(value)
    for (const [bit, generator] of cashGenerators.entries()) if (((top >> BigInt(bit)) & 1n) !== 0n) sum ^= generator
  }
  return sum === 1n
}

const bech32Generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const cashGenerators = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n]

function valuesOf(data: string, alphabet: string): number[] | undefined {
  const values = [...data].map(letter => alphabet.indexOf(letter))
  return values.includes(-1) ? undefined : values
}
