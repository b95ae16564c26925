import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile, syncFolder } from '../../native/own-file.ts'
import { lockFile } from '../../native/own-lock.ts'
import { hasExpired, type Indicator, type IndicatorType } from './indicator.ts'
import { NoteWriter } from './notes.ts'
import { RecordSorter } from './sort-records.ts'
import { type Source, sourceFolder } from './source.ts'
import { keyOf, readRecord, recordOf, sizesOf, type TableName, tableNames, tableOf } from './tables.ts'
import { writeKeySet } from './write-key-set.ts'

/** What is said of a source as a whole; the rest is counted. */
export type SourceHead = Pick<
  Source,
  'name' | 'from' | 'kind' | 'addedAt' | 'updatedAt' | 'own' | 'confidence' | 'days' | 'left' | 'again'
>

/** Takes the indicators of a source, in any order and any number; of the same value the last counts. */
export interface SourceWriter {
  add(indicator: Indicator): void
  /** What was added of it before no longer counts. */
  remove(type: IndicatorType, value: string): void
}

/** Somebody else writes to the source at this moment. */
export class BusySourceError extends Error {
  override readonly name = 'BusySourceError'
}

/**
 * Writes a source anew into `intel/`. Until everything is on the disk the one before stays in place and in use; `fill` may throw, and
 * nothing has changed.
 */
export async function writeSource(
  intel: string,
  name: string,
  now: string,
  fill: (writer: SourceWriter) => Promise<SourceHead>,
): Promise<Source> {
  const folder = join(intel, sourceFolder(name))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lock(folder)
  const building = join(folder, `new-${randomBytes(6).toString('hex')}`)
  try {
    // What a cut-off import left.
    for (const old of readdirSync(folder))
      if (old.startsWith('new-')) rmSync(join(folder, old), { recursive: true, force: true })
    mkdirSync(building, { mode: 0o700 })
    const tables = new TableWriter(building, now)
    const head = await fill(tables).catch((error: unknown) => {
      tables.abandon()
      throw error
    })
    const { name: _, ...said } = head
    const written: Source = {
      format: 'davylamp-indicators',
      version: 1,
      name,
      ...said,
      ...tables.finish(),
      tables: `tables-${randomBytes(6).toString('hex')}`,
    }
    renameSync(building, join(folder, written.tables))
    replaceFile(join(folder, 'source.json'), `${JSON.stringify(written)}\n`)
    for (const old of readdirSync(folder))
      if (old.startsWith('tables-') && old !== written.tables)
        rmSync(join(folder, old), { recursive: true, force: true })
    return written
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    throw error
  } finally {
    unlock()
  }
}

/** Takes a source away for good. */
export function removeSource(intel: string, name: string): void {
  const folder = join(intel, sourceFolder(name))
  const unlock = lock(folder)
  try {
    // First what makes the rest count.
    rmSync(join(folder, 'source.json'), { force: true })
    rmSync(folder, { recursive: true, force: true })
  } finally {
    unlock()
  }
}

class TableWriter implements SourceWriter {
  readonly #folder: string
  readonly #now: string
  readonly #notes: NoteWriter
  readonly #sorters = new Map<TableName, RecordSorter>()
  readonly #prefixes = new Set<number>()
  #firstEnd: string | undefined

  constructor(folder: string, now: string) {
    this.#folder = folder
    this.#now = now
    this.#notes = new NoteWriter(join(folder, 'notes'))
  }

  add(indicator: Indicator): void {
    const { type, value, ...said } = indicator
    if (hasExpired(indicator, this.#now)) return this.remove(type, value)
    const key = keyOf(type, value)
    const named = tableOf(type) === 'names'
    this.#sorter(tableOf(type)).add(recordOf(type, key, this.#notes.add(named ? { value, ...said } : said)))
    const prefix = type === 'address' ? value.split('/')[1] : undefined
    if (prefix !== undefined) this.#prefixes.add(Number(prefix))
    if (said.expires !== undefined && (this.#firstEnd === undefined || said.expires < this.#firstEnd))
      this.#firstEnd = said.expires
  }

  remove(type: IndicatorType, value: string): void {
    this.#sorter(tableOf(type)).add(recordOf(type, keyOf(type, value), undefined))
  }

  finish(): Pick<Source, 'counts' | 'prefixes' | 'indexes'> & { firstEnd?: string } {
    this.#notes.close()
    const counts: Partial<Record<IndicatorType, number>> = {}
    const indexes: Record<string, string> = {}
    for (const table of tableNames) {
      const sorter = this.#sorters.get(table)
      if (sorter === undefined) continue
      const kept = counted(sorter.sorted(), table, counts)
      const { count, indexSha256 } = writeKeySet(this.#folder, table, sizesOf(table), kept)
      if (count > 0) indexes[table] = indexSha256
    }
    syncFolder(this.#folder)
    return {
      counts,
      indexes,
      prefixes: [...this.#prefixes].sort((a, b) => a - b),
      ...(this.#firstEnd === undefined ? {} : { firstEnd: this.#firstEnd }),
    }
  }

  abandon(): void {
    this.#notes.abandon()
  }

  #sorter(table: TableName): RecordSorter {
    let sorter = this.#sorters.get(table)
    if (sorter === undefined) {
      const { keyBytes, recordBytes } = sizesOf(table)
      sorter = new RecordSorter({ size: recordBytes, keyBytes, folder: this.#folder, name: table })
      this.#sorters.set(table, sorter)
    }
    return sorter
  }
}

function* counted(
  records: Iterable<Buffer>,
  table: TableName,
  counts: Partial<Record<IndicatorType, number>>,
): Generator<Buffer> {
  for (const record of records) {
    const said = readRecord(record, table)
    if (said === undefined) continue
    counts[said.type] = (counts[said.type] ?? 0) + 1
    yield record
  }
}

/** Two imports into one source would take each other's files away. */
function lock(folder: string): () => void {
  const unlock = lockFile(join(folder, 'lock'))
  if (unlock === undefined) throw new BusySourceError('another process writes to this source at this moment')
  return unlock
}
