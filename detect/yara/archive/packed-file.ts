import { readSync } from 'node:fs'
import { ArchiveCut } from './budget.ts'
import type { PackedBytes } from './decompress.ts'

/** An open file as an archive; each read gives bytes of their own. */
export function packedFile(descriptor: number, size: number): PackedBytes {
  return {
    size,
    read(at, length) {
      if (!Number.isSafeInteger(at) || at < 0) throw new ArchiveCut('damaged')
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)))
      let filled = 0
      try {
        while (filled < bytes.length) {
          const read = readSync(descriptor, bytes, filled, bytes.length - filled, at + filled)
          if (read === 0) break
          filled += read
        }
      } catch (cause) {
        throw new ArchiveCut('damaged', { cause })
      }
      return bytes.subarray(0, filled)
    },
  }
}

/** A whole archive that is in memory; each read gives a view of it. */
export function packedBytes(bytes: Uint8Array): PackedBytes {
  return {
    size: bytes.length,
    read(at, length) {
      if (!Number.isSafeInteger(at) || at < 0) throw new ArchiveCut('damaged')
      return bytes.subarray(at, Math.min(at + Math.max(0, length), bytes.length))
    },
  }
}
