import type { Permission, RouteTable, InputOf, AnswerOf } from '../model/api/index.ts'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from './store/tables/index.ts'

/** What all parts of a center share. Made once, at the start (center/start.ts). */
export interface Center {
  readonly store: Store
  readonly bus: Bus
  readonly log: Log
  readonly clock: () => Date
  /** Of this process (center_node). */
  readonly node: string
  readonly keys: CenterKeys
  readonly settings: CenterSettings
}

export interface CenterSettings {
  /** Where browsers and the API's clients reach it: `https://center.example:8443`. Its port is what was asked for until it listens. */
  readonly address: string
  /** Where agents reach it: `https://center.example:8444`. */
  readonly agentAddress: string
  readonly state: string
}

export type Db = Transaction<Database>

export interface Store {
  /**
   * One transaction as the role that row-level security binds, for one tenant. Serialisation failures and lost
   * connections before the commit are tried again, so `work` must do nothing outside of the database.
   */
  tenant<T>(tenant: string, work: (db: Db) => Promise<T>): Promise<T>
  /** One transaction that sees all tenants: for sign-in, presence, housekeeping. Never with a caller's input as condition alone. */
  system<T>(work: (db: Db) => Promise<T>): Promise<T>
  /** Outside of a transaction, as the owner: migrations, partitions, COPY. */
  readonly owner: Kysely<Database>
  close(): Promise<void>
}

/** Wakes others up; rows are the truth. Everything may be lost or doubled: whoever hears a topic looks at the table. */
export interface Bus {
  /** Within a transaction it is sent at the commit. `key`: at most 200 bytes. */
  publish(topic: Topic, message: BusMessage, db?: Db): Promise<void>
  subscribe(topic: Topic, hear: (message: BusMessage) => void): () => void
  close(): Promise<void>
}

export const topics = ['orders', 'live', 'policy', 'presence', 'sessions', 'deliveries'] as const
export type Topic = (typeof topics)[number]

export interface BusMessage {
  readonly tenant: string
  /** What changed: `alert`, `run`, `host`, `order`, `task`, `scan` … */
  readonly what: string
  readonly id: string
  /** Small and optional, for those who need no row (progress of a task). */
  readonly detail?: unknown
}

export interface Log {
  info(what: string, fields?: Readonly<Record<string, unknown>>): void
  warn(what: string, fields?: Readonly<Record<string, unknown>>): void
  error(what: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Private keys never leave this; they lie in the store sealed with a key that lies beside it, not in it. */
export interface CenterKeys {
  /** Ed25519 over the bytes; gives key id and signature (base64). */
  signOrder(bytes: Uint8Array): Promise<{ key: string; signature: string }>
  /** Seals and opens secrets that the store keeps (TOTP seeds, channel passwords): AES-256-GCM, `context` is authenticated. */
  seal(plain: Uint8Array, context: string): Buffer
  open(sealed: Uint8Array, context: string): Buffer
}

/** Who calls the API. */
export interface Caller {
  readonly tenant: string
  readonly kind: 'user' | 'token' | 'nobody'
  /** User or token id. */
  readonly id: string
  /** For audit and history. */
  readonly name: string
  /** Groups for which it has the right; `all`, or ids (subgroups already included). */
  groupsFor(permission: Permission): 'all' | readonly string[]
  readonly address: string
}

/** What a handler has besides its input. `db` is the caller's tenant in one transaction that commits when the handler returns. */
export interface Request {
  readonly caller: Caller
  readonly db: Db
  readonly center: Center
  /** Written in the same transaction, with the hash of the entry before. */
  audit(action: string, object: { kind: string; id: string }, detail?: unknown): Promise<void>
  /** For `raw` routes only: status, headers and body are the handler's. */
  readonly reply: RawReply
  readonly signal: AbortSignal
}

export interface RawReply {
  header(name: string, value: string): void
  status(code: number): void
  send(body: string | Uint8Array | AsyncIterable<Uint8Array | string>): void
}

/** The functions behind a route table; a `raw` route gives nothing and writes to `reply`. */
export type Handlers<T extends RouteTable> = {
  readonly [K in keyof T]: (input: InputOf<T[K]>, request: Request) => Promise<AnswerOf<T[K]>>
}
