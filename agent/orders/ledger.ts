import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Order, OrderState, Refusal } from '../../model/wire/index.ts'

/** An order as it was taken, and what became of it. */
export interface TakenOrder {
  readonly id: string
  readonly sequence: number
  /** What the center signed. Its schema was checked before it was written down. */
  readonly order: Order
  /** SHA-256 of what the center signed. */
  readonly hash: string
  /** Names of those who approved it. */
  readonly approvers: readonly string[]
  readonly state: OrderState
  readonly refusal?: Refusal | undefined
  readonly reason?: string | undefined
  readonly run?: string | undefined
  readonly scan?: string | undefined
  /** RFC 3339; absent until somebody began to carry it out. */
  readonly begunAt?: string | undefined
}

/** What is written down when an order comes in. */
export interface NewOrder {
  readonly order: Order
  readonly hash: string
  readonly state: 'accepted' | 'refused'
  readonly refusal?: Refusal
  readonly reason?: string
  readonly approvers?: readonly string[]
  readonly approvalUses?: readonly string[]
}

export interface Progressed {
  readonly state?: OrderState
  readonly refusal?: Refusal
  readonly reason?: string
  readonly run?: string
  readonly scan?: string
}

const mostKept = 10_000

/**
 * Every order that this host took, in `STATE/agent/orders.db`: on the disk before anything is done about it, so that none is
 * done twice and each can be answered again. Loads nothing but SQLite: the agent's own process uses it.
 */
export class OrderLedger {
  readonly #database: DatabaseSync

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -256;
      CREATE TABLE IF NOT EXISTS taken (
        id TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, nonce TEXT NOT NULL UNIQUE, hash TEXT NOT NULL,
        body TEXT NOT NULL, approvers TEXT NOT NULL, state TEXT NOT NULL, refusal TEXT, reason TEXT, run TEXT, scan TEXT,
        begun TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS run (id TEXT PRIMARY KEY, taken TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS approval (use TEXT PRIMARY KEY, taken TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS cut (id TEXT PRIMARY KEY, times INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS last (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO last VALUES (1, 0);`)
  }

  /** Largest sequence ever taken, refused ones too. */
  lastSequence(): number {
    return Number(this.#database.prepare('SELECT sequence FROM last').get()?.['sequence'] ?? 0)
  }

  find(id: string): TakenOrder | undefined {
    return takenFrom(this.#database.prepare('SELECT * FROM taken WHERE id = ?').get(id))
  }

  hasNonce(nonce: string): boolean {
    return this.#database.prepare('SELECT 1 FROM taken WHERE nonce = ?').get(nonce) !== undefined
  }

  approvalUsed(use: string): boolean {
    return this.#database.prepare('SELECT 1 FROM approval WHERE use = ?').get(use) !== undefined
  }

  /**
   * Lets nobody else take an order while `decide` looks at what is known and says what to write down; with undefined nothing
   * is. On the disk when it returns.
   */
  take<T extends { readonly write?: NewOrder | undefined }>(decide: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const decided = decide()
      if (decided.write !== undefined) this.#write(decided.write)
      this.#database.exec('COMMIT')
      return decided
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Somebody begins to carry it out. False when it was begun before: then it must not be begun again. */
  begin(id: string, at: string): boolean {
    const done = this.#database
      .prepare("UPDATE taken SET begun = ?, state = 'running' WHERE id = ? AND begun IS NULL AND state = 'accepted'")
      .run(at, id)
    return done.changes === 1
  }

  /** The agent ended while it was carried out. How often that happened to it by now. */
  cutOff(id: string): number {
    const row = this.#database
      .prepare('INSERT INTO cut VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1 RETURNING times')
      .get(id)
    return Number(row?.['times'])
  }

  progress(id: string, { state, refusal, reason, run, scan }: Progressed): void {
    this.#database
      .prepare(
        'UPDATE taken SET state = coalesce(?, state), refusal = coalesce(?, refusal), reason = coalesce(?, reason), run = coalesce(?, run), scan = coalesce(?, scan) WHERE id = ?',
      )
      .run(state ?? null, refusal ?? null, reason ?? null, run ?? null, scan ?? null, id)
    if (run !== undefined) this.#database.prepare('INSERT OR IGNORE INTO run VALUES (?, ?)').run(run, id)
  }

  /** Accepted or running, oldest first. */
  unfinished(): TakenOrder[] {
    const rows = this.#database
      .prepare("SELECT * FROM taken WHERE state IN ('accepted', 'running') ORDER BY sequence")
      .all()
    return rows.map(takenFrom).filter(one => one !== undefined)
  }

  /** The order that a run came from; undefined for what people did on the host. */
  orderOfRun(run: string): string | undefined {
    const row = this.#database.prepare('SELECT taken FROM run WHERE id = ?').get(run)
    return typeof row?.['taken'] === 'string' ? row['taken'] : undefined
  }

  runs(): string[] {
    return this.#database
      .prepare('SELECT id FROM run ORDER BY id')
      .all()
      .map(row => String(row['id']))
  }

  close(): void {
    this.#database.close()
  }

  #write({ order, hash, state, refusal, reason, approvers = [], approvalUses = [] }: NewOrder): void {
    this.#database
      .prepare('INSERT INTO taken VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)')
      .run(
        order.id,
        order.sequence,
        order.nonce,
        hash,
        JSON.stringify(order),
        JSON.stringify(approvers),
        state,
        refusal ?? null,
        reason ?? null,
      )
    this.#database.prepare('UPDATE last SET sequence = max(sequence, ?)').run(order.sequence)
    for (const use of approvalUses) this.#database.prepare('INSERT INTO approval VALUES (?, ?)').run(use, order.id)
    // The sequence alone keeps old ones from coming back.
    this.#database
      .prepare(
        "DELETE FROM taken WHERE state NOT IN ('accepted', 'running') AND sequence <= (SELECT sequence FROM taken ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
      )
      .run(mostKept)
    this.#database.exec('DELETE FROM cut WHERE id NOT IN (SELECT id FROM taken)')
  }
}

function takenFrom(row: Readonly<Record<string, unknown>> | undefined): TakenOrder | undefined {
  if (row === undefined) return undefined
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : undefined)
  return {
    id: String(row['id']),
    sequence: Number(row['sequence']),
    order: JSON.parse(String(row['body'])) as Order,
    hash: String(row['hash']),
    approvers: JSON.parse(String(row['approvers'])) as string[],
    state: String(row['state']) as OrderState,
    refusal: text('refusal') as Refusal | undefined,
    reason: text('reason'),
    run: text('run'),
    scan: text('scan'),
    begunAt: text('begun'),
  }
}
