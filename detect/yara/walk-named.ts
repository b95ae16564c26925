import { closeSync, constants, openSync } from 'node:fs'
import { FileStatus } from '../../native/read/file-status.ts'
import { openBelow } from '../../native/read/open-below.ts'
import { encodeBytes } from '../../target/index.ts'
import type { Cache } from './cache-file.ts'
import { keyOf, textKey, wordsPerEntry } from './cache-table.ts'
import type { Gathering } from './walk-gathering.ts'
import type { NamedFile } from './walk-messages.ts'

/** Named files that no earlier scan read: where there is none, no thread is begun and no rule compiled. */
export function unknownFiles(
  { root, files }: { readonly root: number; readonly files: readonly NamedFile[] },
  { table, entries }: Cache,
  used: Uint8Array,
  gathering: Gathering,
): NamedFile[] {
  if (entries === 0) return [...files]
  return files.filter(file => {
    const entry = entryOf(root, file)
    const slot = entry === undefined ? -1 : table.find(entry)
    if (entry === undefined || slot < 0) return true
    used[slot >> 3] = (used[slot >> 3] ?? 0) | (1 << (slot & 7))
    gathering.spare()
    if (table.flagsOf(slot) !== 0) gathering.known(file.path, textKey(entry))
    return false
  })
}

function entryOf(root: number, { path, isProcess }: NamedFile): Uint32Array | undefined {
  try {
    const descriptor = isProcess
      ? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      : openBelow(root, encodeBytes(path), constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const entry = new Uint32Array(wordsPerEntry)
      const status = new FileStatus()
      status.fillOf(descriptor)
      keyOf(status, entry)
      return status.isFile ? entry : undefined
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // The thread says why.
    return undefined
  }
}
