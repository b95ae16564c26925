import { randomUUID } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Report, ReportKind } from '../model/wire/index.ts'

/** What goes first when there is no room: the front of the list. What the center can ask for again goes before what is lost for good. */
const dropOrder: readonly ReportKind[] = [
  'health',
  'processes',
  'run-step',
  'inventory',
  'blocks',
  'quarantine',
  'plans',
  'tampering',
  'run',
  'scan',
  'order',
]
/** Kinds that can be made again from the host, whole. */
const remade: readonly ReportKind[] = ['inventory', 'blocks', 'quarantine']

export interface SpoolOptions {
  readonly path: string
  readonly mostBytes: number
  /** Whose reports these are, the agent's id. What was kept for another one, or for nobody, is not for this center. */
  readonly owner?: string
  /** A single report may not be larger: the center would refuse it. */
  readonly mostReportBytes?: number
  readonly now?: () => Date
  /** How long to wait for another process that has it open. */
  readonly waitMs?: number
}

/** Some reports in order, each as the JSON text of `spooled`. */
export interface Batch {
  readonly items: readonly string[]
  readonly through: number
}

export interface SpoolState {
  readonly items: number
  readonly bytes: number
  readonly oldest?: string
}

/**
 * Reports that the center does not have yet, in a file that survives SIGKILL and power loss at any moment (SQLite, WAL,
 * synchronous=FULL). Numbers only grow; dropped reports leave holes, which the center takes. A file that is damaged, or older than
 * what the center has seen (a virtual machine set back), becomes a new spool with a new id.
 */
export class Spool {
  readonly #options: Required<Omit<SpoolOptions, 'owner'>>
  #database: DatabaseSync
  #id: string
  #bytes = 0
  #items = 0
  #losses: Record<string, number> = {}

  constructor(options: SpoolOptions) {
    this.#options = { now: () => new Date(), mostReportBytes: Number.POSITIVE_INFINITY, waitMs: 5_000, ...options }
    this.#database = this.#openOrReplace()
    this.#id = this.#load()
    if (options.owner !== undefined) this.#belongTo(options.owner)
  }

  get id(): string {
    return this.#id
  }

  /** What was dropped since the process began, by reason; `spool-full:KIND`, `spool-damaged`, `spool-set-back`. */
  get losses(): Readonly<Record<string, number>> {
    return this.#losses
  }

  countLoss(reason: string, count = 1): void {
    this.#losses[reason] = (this.#losses[reason] ?? 0) + count
  }

  /** Stores a report and returns its sequence; on the disk when it returns. Throws when the disk takes nothing or it is too large. */
  append(report: Report): number {
    const text = JSON.stringify(report)
    const at = this.#options.now().toISOString()
    const bytes = Buffer.byteLength(text) + 80
    if (bytes > this.#options.mostReportBytes)
      throw new Error(`it is larger than ${this.#options.mostReportBytes} bytes`)
    const added = this.#guarded(database =>
      database
        .prepare('INSERT INTO item (at, kind, bytes, content) VALUES (?, ?, ?, ?)')
        .run(at, report.kind, bytes, text),
    )
    this.#bytes += bytes
    this.#items += 1
    if (this.#bytes > this.#options.mostBytes) this.#makeRoom()
    return Number(added.lastInsertRowid)
  }

  /** The oldest reports after `after`: at most so many, and at least one if there is any, else no more bytes than given. */
  batch(most: number, mostBytes: number, after = 0): Batch {
    return this.#guarded(database => {
      const items: string[] = []
      let bytes = 0
      let through = after
      const rows = database
        .prepare('SELECT sequence, at, bytes, content FROM item WHERE sequence > ? ORDER BY sequence LIMIT ?')
        .iterate(after, most)
      for (const { sequence, at, bytes: size, content } of rows) {
        bytes += Number(size) + 40
        if (items.length > 0 && bytes > mostBytes) break
        items.push(`{"sequence":${sequence},"at":${JSON.stringify(at)},"report":${content}}`)
        through = Number(sequence)
      }
      return { items, through }
    })
  }

  /** The center has all up to here. */
  acknowledged(through: number): void {
    this.#guarded(database => database.prepare('DELETE FROM item WHERE sequence <= ?').run(through))
    this.#count()
    if (this.#items === 0) this.#guarded(database => database.exec('PRAGMA incremental_vacuum'))
  }

  /** The largest number ever given. */
  last(): number {
    const row = this.#guarded(database => database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'item'").get())
    return Number(row?.['seq'] ?? 0)
  }

  /** The center has more than this spool ever gave: the file is an old copy. What is in it is sent as a new spool. */
  startAnew(): void {
    this.#guarded(database => {
      const id = randomUUID()
      this.#inOneStep(database, () => {
        database.exec(`CREATE TEMP TABLE kept AS SELECT at, kind, bytes, content FROM item ORDER BY sequence;
          DELETE FROM item; DELETE FROM sqlite_sequence WHERE name = 'item';
          INSERT INTO item (at, kind, bytes, content) SELECT at, kind, bytes, content FROM kept ORDER BY rowid;
          DROP TABLE kept;`)
        for (const kind of remade) this.#wantWhole(database, kind)
        database.prepare('UPDATE about SET spool = ?').run(id)
      })
      this.#id = id
    })
    this.countLoss('spool-set-back')
  }

  #belongTo(owner: string): void {
    this.#guarded(database => {
      if (database.prepare('SELECT owner FROM about').get()?.['owner'] === owner) return
      this.#id = randomUUID()
      this.#inOneStep(database, () => {
        database.exec("DELETE FROM item; DELETE FROM sqlite_sequence WHERE name = 'item'")
        for (const kind of remade) this.#wantWhole(database, kind)
        database.prepare('UPDATE about SET spool = ?, owner = ?').run(this.#id, owner)
      })
    })
    this.#count()
  }

  #inOneStep(database: DatabaseSync, act: () => void): void {
    database.exec('BEGIN IMMEDIATE')
    try {
      act()
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  /** Kinds of which parts were dropped, so that they must be sent whole. They are named until `sentWhole`. */
  wantedWhole(): ReportKind[] {
    return this.#guarded(database =>
      database
        .prepare('SELECT kind FROM whole ORDER BY kind')
        .all()
        .map(row => String(row['kind']) as ReportKind),
    )
  }

  sentWhole(kind: ReportKind): void {
    this.#guarded(database => database.prepare('DELETE FROM whole WHERE kind = ?').run(kind))
  }

  state(): SpoolState {
    const row = this.#guarded(database => database.prepare('SELECT at FROM item ORDER BY sequence LIMIT 1').get())
    const state = { items: this.#items, bytes: this.#bytes }
    return row === undefined ? state : { ...state, oldest: String(row['at']) }
  }

  close(): void {
    this.#database.close()
  }

  /** Down to nine tenths, so that not every report has to look for room. The last one stays, whatever its size. */
  #makeRoom(): void {
    const target = this.#options.mostBytes * 0.9
    this.#guarded(database =>
      this.#inOneStep(database, () => {
        for (const kind of dropOrder) this.#drop(database, kind, target)
      }),
    )
    this.#count()
  }

  #drop(database: DatabaseSync, kind: ReportKind, target: number): void {
    const oldest = database.prepare('SELECT sequence, bytes FROM item WHERE kind = ? ORDER BY sequence LIMIT 100')
    const remove = database.prepare('DELETE FROM item WHERE sequence = ?')
    let dropped = 0
    while (this.#bytes > target && this.#items > 1) {
      const rows = oldest.all(kind)
      if (rows.length === 0) break
      for (const row of rows) {
        if (this.#bytes <= target || this.#items <= 1) break
        remove.run(Number(row['sequence']))
        this.#bytes -= Number(row['bytes'])
        this.#items -= 1
        dropped += 1
      }
    }
    if (dropped === 0) return
    this.countLoss(`spool-full:${kind}`, dropped)
    if (remade.includes(kind)) this.#wantWhole(database, kind)
  }

  #wantWhole(database: DatabaseSync, kind: ReportKind): void {
    database.prepare('INSERT OR IGNORE INTO whole (kind) VALUES (?)').run(kind)
  }

  #count(): void {
    const row = this.#guarded(database =>
      database.prepare('SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM item').get(),
    )
    this.#items = Number(row?.['items'] ?? 0)
    this.#bytes = Number(row?.['bytes'] ?? 0)
  }

  #load(): string {
    const known = this.#database.prepare('SELECT spool FROM about').get()
    this.#count()
    return String(known?.['spool'])
  }

  #openOrReplace(): DatabaseSync {
    try {
      return opened(this.#options.path, this.#options.waitMs)
    } catch (error) {
      if (!damaged(error)) throw error
      return this.#replaced()
    }
  }

  #replaced(): DatabaseSync {
    const { path } = this.#options
    // One damaged file is kept for those who want to know; what it held is lost.
    renameSync(path, `${path}.damaged`)
    for (const end of ['-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true })
    this.countLoss('spool-damaged')
    const database = opened(path, this.#options.waitMs)
    for (const kind of remade) this.#wantWhole(database, kind)
    return database
  }

  #guarded<T>(act: (database: DatabaseSync) => T): T {
    try {
      return act(this.#database)
    } catch (error) {
      if (!damaged(error)) throw error
      this.#database.close()
      this.#database = this.#replaced()
      this.#id = this.#load()
      return act(this.#database)
    }
  }
}

function opened(path: string, timeout: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout })
  try {
    // Nobody else opens it, so no shared memory file is needed and no lock is taken again and again.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; PRAGMA cache_size = -512; PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 1048576;
      PRAGMA trusted_schema = OFF;`)
    const check = database.prepare('PRAGMA quick_check(1)').get()
    if (check?.['quick_check'] !== 'ok') throw new Damaged(String(check?.['quick_check']))
    database.exec(`CREATE TABLE IF NOT EXISTS item (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS item_kind ON item (kind, sequence);
      CREATE TABLE IF NOT EXISTS whole (kind TEXT PRIMARY KEY) STRICT;
      CREATE TABLE IF NOT EXISTS about (one INTEGER PRIMARY KEY CHECK (one = 1), spool TEXT NOT NULL, owner TEXT) STRICT;`)
    database.prepare('INSERT OR IGNORE INTO about (one, spool) VALUES (1, ?)').run(randomUUID())
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

class Damaged extends Error {
  readonly errcode = 11
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, with their extended forms (sqlite.org/rescode.html); or a schema that is not ours. */
function damaged(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error, 'errcode') : undefined
  if (typeof code !== 'number') return false
  const primary = code & 0xff
  return primary === 11 || primary === 26
}
