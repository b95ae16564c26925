import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import type { ReadAt } from '../blocks.ts'

export { entryCount, knownEntries, machineId } from './known-journal.ts'

export const journalForms = ['compact-keyed-zstd', 'plain-keyed-zstd', 'plain-jenkins-lz4'] as const

/** One of the journal files that `make-journals.ts` made. */
export function readJournal(form: (typeof journalForms)[number]): Buffer {
  return zstdDecompressSync(readFileSync(join(import.meta.dirname, `${form}.journal.zst`)))
}

/** What is behind its last object is filled with nothing, and left out here. */
export function trimmedJournal(form: (typeof journalForms)[number]): Buffer {
  const whole = readJournal(form)
  let end = whole.length
  while (end > 0 && whole[end - 1] === 0) end--
  return Buffer.from(whole.subarray(0, end + 64))
}

export function bytesOf(content: Buffer): ReadAt {
  return (offset, length) => content.subarray(offset, offset + length)
}
