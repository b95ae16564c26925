import { createHash } from 'node:crypto'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** What a base58 text stands for, with a zero byte for each `1` that it begins with; undefined where it is none. */
export function base58Bytes(text: string): Buffer | undefined {
  const value = base58Value(text)
  if (value === undefined) return undefined
  const leading = /^1*/.exec(text)?.[0].length ?? 0
  return Buffer.concat([Buffer.alloc(leading), value === 0n ? Buffer.alloc(0) : bytesOf(value)])
}

/** Version and payload, without the checksum (first 4 bytes of a double SHA-256); undefined where that does not hold. */
export function base58CheckBytes(text: string): Buffer | undefined {
  const bytes = base58Bytes(text)
  if (bytes === undefined || bytes.length < 5) return undefined
  const body = bytes.subarray(0, -4)
  const twice = createHash('sha256').update(createHash('sha256').update(body).digest()).digest()
  return twice.subarray(0, 4).equals(bytes.subarray(-4)) ? body : undefined
}

export function base58Value(text: string): bigint | undefined {
  let value = 0n
  for (const letter of text) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    value = value * 58n + BigInt(digit)
  }
  return value
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex')
}
