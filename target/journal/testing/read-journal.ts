import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import type { ReadAt } from '../blocks.ts'

import { knownEntries } from './known-journal.ts'

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

/** The file as it was when it had fewer entries, written at other times (microseconds since 1970): for who follows it while it grows. */
export function youngerJournal(whole: Buffer, entries: number, timeOf: (index: number) => number): Buffer {
  const content = Buffer.from(whole)
  const compact = (content.readUInt32LE(12) & 16) !== 0
  const ofSshd = [...knownEntries()]
    .slice(0, entries)
    .filter(({ fields }) => fields.some(([name, value]) => name === '_COMM' && value === 'sshd')).length
  const last = Number(content.readBigUInt64LE(136))
  const tables = [104, 120].map(at => Number(content.readBigUInt64LE(at)) - 16)
  let index = 0
  for (let offset = Number(content.readBigUInt64LE(88)); offset <= last; ) {
    const size = Number(content.readBigUInt64LE(offset + 8))
    const type = tables.includes(offset) ? 0 : content[offset]
    if (type === 3) content.writeBigUInt64LE(BigInt(timeOf(index++)), offset + 24)
    const payload = offset + (compact ? 72 : 64)
    if (type === 1 && content.toString('latin1', payload, offset + size) === '_COMM=sshd')
      content.writeBigUInt64LE(BigInt(ofSshd), offset + 56)
    offset += Math.ceil(size / 8) * 8
  }
  content.writeBigUInt64LE(BigInt(entries), 152)
  return content
}
