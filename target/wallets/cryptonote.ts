import { base58Value } from './base58.ts'
import { keccak256 } from './keccak.ts'

/**
 * The network number of an address of Monero's relatives: base58 in blocks of 8 bytes, a varint, two keys, perhaps a payment
 * id, and the first 4 bytes of Keccak over all of it. Undefined where the checksum does not hold.
 */
export function cryptonoteNetwork(text: string): bigint | undefined {
  const parts: Buffer[] = []
  for (let at = 0; at < text.length; at += 11) {
    const block = text.slice(at, at + 11)
    const size = blockSizes[block.length]
    const value = base58Value(block)
    if (size === undefined || size < 1 || value === undefined || value >= 1n << BigInt(size * 8)) return undefined
    parts.push(Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'))
  }
  const bytes = Buffer.concat(parts)
  const network = varintOf(bytes)
  if (network === undefined) return undefined
  const payload = bytes.length - network.length - 4
  if (payload !== 64 && payload !== 72) return undefined
  const body = bytes.subarray(0, -4)
  return keccak256(body).subarray(0, 4).equals(bytes.subarray(-4)) ? network.value : undefined
}

/** Bytes that a block of so many characters stands for. */
const blockSizes = [0, -1, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8]

function varintOf(bytes: Buffer): { value: bigint; length: number } | undefined {
  let value = 0n
  for (let at = 0; at < Math.min(9, bytes.length); at++) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(at * 7)
    if (byte < 0x80) return { value, length: at + 1 }
  }
  return undefined
}
