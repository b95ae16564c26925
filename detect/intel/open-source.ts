import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Indicator, type IndicatorType, isDigest } from './indicator.ts'
import { BrokenSetError, KeySet, type LoadedIndex, loadIndex } from './key-set.ts'
import { NoteReader } from './notes.ts'
import { type Source, source } from './source.ts'
import { keyOf, readRecord, type TableName, tableNames, tableOf } from './tables.ts'

/** One source on the disk. Its tables are loaded when something of their kind is first looked up. */
export class OpenSource {
  readonly about: Source
  readonly #tables: string
  readonly #sets = new Map<TableName, KeySet | undefined>()
  readonly #notes: NoteReader
  readonly #trouble: (why: string, path: string) => void

  /** `trouble` hears of each part that is damaged; that part then answers nothing, and the rest goes on. */
  constructor(folder: string, about: Source, trouble: (why: string, path: string) => void) {
    this.about = about
    this.#tables = join(folder, about.tables)
    this.#notes = new NoteReader(join(this.#tables, 'notes'))
    this.#trouble = trouble
  }

  holds(type: IndicatorType): boolean {
    return (this.about.counts[type] ?? 0) > 0
  }

  /** What it says of a normal value; expired or not. */
  find(type: IndicatorType, value: string): Indicator | undefined {
    if (!this.holds(type)) return undefined
    return this.#whole(tableOf(type), () => {
      const set = this.set(tableOf(type))
      const record = set?.find(keyOf(type, value))
      const said = record === undefined ? undefined : readRecord(record, tableOf(type))
      if (said === undefined || said.type !== type) return undefined
      const { value: named, ...rest } = this.#notes.read(said.place)
      return named !== undefined && named !== value ? undefined : { type, value, ...rest }
    })
  }

  /** Every indicator of the source, digests first. */
  *all(): Generator<Indicator> {
    for (const table of tableNames) {
      for (const record of this.set(table)?.all() ?? []) {
        const said = readRecord(record, table)
        if (said === undefined) continue
        const { value, ...rest } = this.#notes.read(said.place)
        const digest = isDigest(said.type) ? record.toString('hex', 0, record.length - 7) : undefined
        yield { type: said.type, value: value ?? digest ?? '', ...rest }
      }
    }
  }

  /** Undefined where it holds nothing of the kind, or that part is damaged. */
  set(table: TableName): KeySet | undefined {
    if (this.#sets.has(table)) return this.#sets.get(table)
    const set = this.#whole(table, () => {
      const index = this.index(table)
      return index === undefined ? undefined : new KeySet(index)
    })
    this.#sets.set(table, set)
    return set
  }

  index(table: TableName): LoadedIndex | undefined {
    const sha256 = this.about.indexes[table]
    return sha256 === undefined ? undefined : loadIndex(this.#tables, table, sha256)
  }

  /** Reads all of a table once; damage is told like any other. */
  verify(table: TableName): void {
    this.#whole(table, () => this.set(table)?.verify())
  }

  close(): void {
    for (const set of this.#sets.values()) set?.close()
    this.#notes.close()
  }

  #whole<T>(table: TableName, work: () => T | undefined): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof BrokenSetError) && !isOfSystem(error)) throw error
      this.#sets.set(table, undefined)
      const why = isMissing(error) ? 'a file of it is gone' : error.message
      this.#trouble(
        `the ${table === 'names' ? 'names' : table} of "${this.about.name}" cannot be used: ${why}. Add the source again`,
        this.#tables,
      )
      return undefined
    }
  }
}

/** The source that a folder of `intel/` holds; a text where it cannot be used, undefined where there is none. */
export function readSource(folder: string): Source | string | undefined {
  const path = join(folder, 'source.json')
  let text: string
  try {
    const found = statSync(path)
    if (found.size > largestHead) return `${path} is far too large`
    if (found.uid !== 0 && found.uid !== (process.getuid?.() ?? 0))
      return `${path} belongs to uid ${found.uid}, who could put anything into it`
    if ((found.mode & 0o022) !== 0) return `others than its owner may write to ${path}`
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
  try {
    return source.parse(JSON.parse(text))
  } catch {
    return `${path} is damaged or of another version: add the source again`
  }
}

const largestHead = 1 << 20

/** What the disk or the kernel answered: nothing that a fault of ours would be. */
export function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && /^E(?!RR_)[A-Z0-9]+$/.test(String(Reflect.get(error, 'code')))
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['ENOENT', 'ENOTDIR'].includes(String(Reflect.get(error, 'code')))
}
