import { Kysely, PostgresDialect, sql } from 'kysely'
import type { ClientConfig, Pool } from 'pg'
import type { Db, Log, Store } from '../context.ts'
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded/index.ts'
import { migrate } from './migrate.ts'
import { type Housekept, housekeeping, type Retention } from './partitions.ts'
import { openPool } from './pool.ts'
import { type Patience, withRetries } from './retry.ts'
import { appRole, systemRole } from './row-security.ts'
import { StoreError } from './store-error.ts'
import type { Database } from './tables/index.ts'

/**
 * A URL (`postgres://login:password@host/database?sslmode=verify-full&sslrootcert=…`) whose login owns the database (or may create
 * in its schema `public`) and has CREATEROLE, or is a member of davylamp_app and davylamp_system already; or PostgreSQL of our own in a state folder.
 */
export type StoreSource =
  | { readonly url: string }
  | { readonly connection: ClientConfig }
  | { readonly embedded: Omit<EmbeddedOptions, 'log'> }

export interface StoreOptions {
  readonly source: StoreSource
  readonly log: Log
  /** Connections for requests; 20 unless told. */
  readonly connections?: number
  /** False: the tables are taken as they are. */
  readonly migrate?: boolean
  readonly patience?: Patience
}

/** A store with what only its opener needs. */
export interface OpenStore extends Store {
  /** How to reach it: for the bus, backups, and other centers. */
  readonly connection: ClientConfig
  /** The pool of the owner, for COPY. */
  readonly ownerPool: Pool
  /** With an embedded PostgreSQL only. */
  readonly embedded: Embedded | undefined
  /** Partitions for the days to come, and those beyond their days dropped: every hour or so, from any center. */
  housekeeping(now: Date, retention?: Retention): Promise<Housekept>
  /** Closes connections and lets an embedded PostgreSQL run on, for a center that starts again at once. */
  leave(): Promise<void>
}

const defaultPatience: Patience = { conflicts: 10, lostSeconds: 30 }

/** Opens a store and brings its tables to this program's state. {@link StoreError} when that is not possible. */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const { source, log } = options
  const embedded = 'embedded' in source ? await startEmbedded({ ...source.embedded, log }) : undefined
  try {
    const connection = connectionOf(source, embedded)
    if (options.migrate !== false) await migrate(connection, log).catch(explain)
    const store = new PostgresStore(connection, embedded, options)
    if (options.migrate !== false) await store.housekeeping(new Date())
    return store
  } catch (error) {
    embedded?.leave()
    throw error
  }
}

function connectionOf(source: StoreSource, embedded: Embedded | undefined): ClientConfig {
  if (embedded !== undefined) return embedded.connection
  if ('connection' in source) return source.connection
  if ('url' in source && /^postgres(?:ql)?:\/\//.test(source.url)) return { connectionString: source.url }
  throw new StoreError(
    'The address of a store begins with postgres:// – for example postgres://davylamp@db.example/davylamp',
  )
}

function explain(cause: unknown): never {
  if (cause instanceof StoreError) throw cause
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  throw new StoreError(`The store cannot be opened: ${reason}. Check the address, login and rights of --store.`, {
    cause,
  })
}

class PostgresStore implements OpenStore {
  readonly connection: ClientConfig
  readonly embedded: Embedded | undefined
  readonly owner: Kysely<Database>
  readonly ownerPool: Pool
  readonly #app: Kysely<Database>
  readonly #appPool: Pool
  readonly #patience: Patience
  #closed: Promise<void> | undefined

  constructor(connection: ClientConfig, embedded: Embedded | undefined, options: StoreOptions) {
    this.connection = connection
    this.embedded = embedded
    this.#patience = options.patience ?? defaultPatience
    this.#appPool = openPool(connection, options.log, {
      max: options.connections ?? 20,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
    })
    this.#app = kysely(this.#appPool)
    this.ownerPool = openPool(connection, options.log, { max: 4 })
    this.owner = kysely(this.ownerPool)
  }

  tenant<T>(tenant: string, work: (db: Db) => Promise<T>): Promise<T> {
    return this.#as(appRole, tenant, work)
  }

  system<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#as(systemRole, '', work)
  }

  housekeeping(now: Date, retention?: Retention): Promise<Housekept> {
    return housekeeping(this.ownerPool, now, retention)
  }

  async close(): Promise<void> {
    await this.#disconnect()
    await this.embedded?.stop()
  }

  async leave(): Promise<void> {
    await this.#disconnect()
    this.embedded?.leave()
  }

  #as<T>(role: string, tenant: string, work: (db: Db) => Promise<T>): Promise<T> {
    let committing = false
    const once = () => {
      committing = false
      return this.#app.transaction().execute(async db => {
        await sql`SELECT set_config('role', ${role}, true), set_config('davylamp.tenant', ${tenant}, true)`.execute(db)
        const result = await work(db)
        committing = true
        return result
      })
    }
    return withRetries(once, this.#patience, failure => failure === 'conflict' || !committing)
  }

  #disconnect(): Promise<void> {
    // Not through kysely, which ends only a pool that it has used.
    this.#closed ??= Promise.all([this.#appPool.end(), this.ownerPool.end()]).then(() => {})
    return this.#closed
  }
}

function kysely(pool: Pool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}
