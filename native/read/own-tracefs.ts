import { closeSync, openSync, readSync } from 'node:fs'
import { openOwnFileSystem } from './own-proc.ts'

let directory: number | undefined

/**
 * The first `limit` bytes of a file of a tracefs of our own that is mounted nowhere, for hosts where nobody mounted one.
 * Throws where that is not allowed: without the right, under lockdown, or in a kernel before 5.2.
 */
export function readOwnTracefs(name: string, limit: number): Buffer {
  directory ??= openOwnFileSystem('tracefs')
  const descriptor = openSync(`/proc/self/fd/${directory}/${name}`, 'r')
  try {
    const pieces: Buffer[] = []
    let length = 0
    while (length < limit) {
      const piece = Buffer.alloc(Math.min(65_536, limit - length))
      const got = readSync(descriptor, piece)
      if (got === 0) break
      pieces.push(piece.subarray(0, got))
      length += got
    }
    return Buffer.concat(pieces)
  } finally {
    closeSync(descriptor)
  }
}
