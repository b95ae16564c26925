import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type JournalEntry, journalEntry } from '../model/index.ts'
import { syncFolder } from '../native/own-file.ts'
import { writeAll } from './new-entry.ts'

/** A journal that cannot be trusted: nothing is resumed or undone from it. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
}

/** Lets a test stop the world around an entry. */
export type JournalWatch = (at: { number: number; moment: 'before' | 'after'; entry: JournalEntry }) => void

/** JSON lines that are on the disk before `append` returns (docs/journal.md). */
export class Journal {
  readonly #descriptor: number
  readonly #watch: JournalWatch | undefined
  #number: number

  /** Opens or begins a journal. A last line that a crash cut is taken off: what it announced never began. */
  constructor(path: string, watch?: JournalWatch) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#watch = watch
    this.#descriptor = openSync(path, 'a+', 0o600)
    const bytes = readFileSync(path)
    const whole = bytes.lastIndexOf(0x0a) + 1
    if (whole < fstatSync(this.#descriptor).size) ftruncateSync(this.#descriptor, whole)
    this.#number = bytes.subarray(0, whole).filter(byte => byte === 0x0a).length
    syncFolder(dirname(path))
    syncFolder(dirname(dirname(path)))
  }

  append(entry: JournalEntry): void {
    const number = ++this.#number
    this.#watch?.({ number, moment: 'before', entry })
    writeAll(this.#descriptor, Buffer.from(`${JSON.stringify(entry)}\n`))
    fdatasyncSync(this.#descriptor)
    this.#watch?.({ number, moment: 'after', entry })
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** The entries of a journal; a torn last line is left out. */
export function readJournal(path: string): JournalEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  // What follows the last newline was never finished.
  lines.pop()
  return lines.map((line, at) => parseEntry(line, at + 1, path))
}

function parseEntry(line: string, number: number, path: string): JournalEntry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new JournalError(`${path}: line ${number} is no JSON`)
  }
  const parsed = journalEntry.safeParse(value)
  if (!parsed.success) throw new JournalError(`${path}: line ${number} is no journal entry of version 1`)
  return parsed.data
}
