import { Unpacked, unpackLz4Block } from '../../target/index.ts'

const magic = 0x184d2204
const mostBlock = 4 << 20

/** Content of an LZ4 file, as apt keeps its lists (LZ4 frame format 1.6, block format). Checksums are left to the reader, who has better ones. */
export function lz4Frames(bytes: Buffer, limit: number): Buffer {
  const out = new Unpacked(limit)
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt32LE(at) !== magic) throw new Error('no LZ4 frame')
    const flags = bytes.readUInt8(at + 4)
    if (flags >> 6 !== 1) throw new Error('an LZ4 version that is not known')
    if ((flags & 1) !== 0) throw new Error('an LZ4 dictionary is needed')
    at += 7 + ((flags & 8) === 0 ? 0 : 8)
    const start = out.length
    for (;;) {
      const word = bytes.readUInt32LE(at)
      at += 4
      if (word === 0) break
      const size = word & 0x7fffffff
      if (size > mostBlock || at + size > bytes.length) throw new Error('an LZ4 block is too long')
      const block = bytes.subarray(at, at + size)
      if ((word & 0x80000000) !== 0) out.add(block)
      else unpackLz4Block(block, out, start)
      at += size + ((flags & 16) === 0 ? 0 : 4)
    }
    if ((flags & 4) !== 0) at += 4
  }
  return out.bytes()
}
