import type { Content } from './host-part.ts'

/** What Redis writes to its disk with these keys, all of them plain strings (rdb.c of Redis 5, without a checksum). */
export function redisDump(keys: readonly (readonly [string, string])[]): Content {
  const aux = [
    ['redis-ver', '5.0.7'],
    ['redis-bits', '64'],
  ].flatMap(([name = '', value = '']) => [Buffer.of(0xfa), counted(name), counted(value)])
  const pairs = keys.flatMap(([key, value]) => [Buffer.of(0), counted(key), counted(value)])
  const parts = [Buffer.from('REDIS0009'), ...aux, Buffer.of(0xfe, 0, 0xfb, keys.length, 0), ...pairs]
  return { base64: Buffer.concat([...parts, Buffer.of(0xff), Buffer.alloc(8)]).toString('base64') }
}

/** A string with its length before it: six bits, or fourteen. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length =
    bytes.length < 64 ? Buffer.of(bytes.length) : Buffer.of(0x40 | (bytes.length >> 8), bytes.length & 0xff)
  return Buffer.concat([length, bytes])
}
