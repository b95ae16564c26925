import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { lz4Frames } from './lz4-frames.ts'

/** Bytes without the compression that their first bytes tell; as they are where they tell none. More than `limit` is an error. */
export async function decompressed(bytes: Buffer, limit: number): Promise<Buffer> {
  const options = { maxOutputLength: limit }
  if (bytes.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b))) return gunzipSync(bytes, options)
  if (bytes.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd))) return zstdDecompressSync(bytes, options)
  if (bytes.subarray(0, 6).equals(Buffer.from('\xfd7zXZ\0', 'latin1'))) return unxz(bytes, limit)
  if (bytes.subarray(0, 4).equals(Buffer.of(0x04, 0x22, 0x4d, 0x18))) return lz4Frames(bytes, limit)
  if (bytes.length > limit) throw new Error(`more than ${limit} bytes`)
  return bytes
}

async function unxz(bytes: Buffer, limit: number): Promise<Buffer> {
  // Loaded only here: nothing else needs it, and it compiles its code when it is loaded.
  const { default: xz } = await import('xz-decompress')
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of new xz.XzReadableStream(source)) {
    size += part.length
    if (size > limit) throw new Error(`more than ${limit} bytes`)
    // Its buffer is used again for the next part.
    parts.push(Uint8Array.from(part))
  }
  return Buffer.concat(parts)
}
