import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import type { Log } from '../../context.ts'
import { StoreError } from '../store-error.ts'
import { type Account, chooseAccount } from './account.ts'
import { type Binaries, findBinaries, reachableBinaries } from './binaries.ts'
import {
  checkSocketPath,
  type ClusterPaths,
  clusterPassword,
  clusterPaths,
  type ClusterSettings,
  ensureCluster,
  give,
  writeSettings,
} from './cluster.ts'
import { allEnded, startServer, stopServer } from './postmaster.ts'
import { type ProcessKey, stillRuns } from './processes.ts'
import { folderHidden, letPass } from './reach.ts'
import { lockState } from './state-lock.ts'

export interface EmbeddedOptions {
  /** The state folder; everything of PostgreSQL lies in `postgres/` below it. */
  readonly state: string
  readonly log: Log
  /** A folder with bin/postgres; otherwise the one that comes with Davylamp. */
  readonly binaries?: string | undefined
  readonly settings?: ClusterSettings
}

export interface EmbeddedHealth {
  readonly running: boolean
  readonly pid: number
  /** Starts after the first, because it had ended without us. */
  readonly restarts: number
  readonly version: string
}

/** PostgreSQL as a child of the center that outlives it: watched, started again, adopted. */
export interface Embedded {
  /** Of the login that owns the center's database; no superuser. */
  readonly connection: ClientConfig
  /** Of PostgreSQL's superuser, for what an owner may not do: tests and upgrades. */
  readonly superuser: ClientConfig
  readonly data: string
  health(): EmbeddedHealth
  /** Ends PostgreSQL, cleanly, and gives the state folder back. */
  stop(): Promise<void>
  /** Lets PostgreSQL run on and gives the state folder back: the next center adopts it. */
  leave(): void
}

const watchMilliseconds = 250
const longestPause = 10_000
/** Who ran this long has started well. */
const healthyMilliseconds = 60_000

/** Makes (once), starts or adopts, and watches the embedded PostgreSQL. {@link StoreError} says in words what is in the way. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const folder = join(options.state, 'postgres')
  mkdirSync(options.state, { recursive: true, mode: 0o711 })
  const lock = lockState(folder)
  try {
    const server = await prepare(options, folder)
    const running = await startServer(server.binaries, server.account, server.paths)
    return await new Supervisor(server, options.log, lock, running).begin()
  } catch (error) {
    lock.release()
    throw error
  }
}

interface Prepared {
  readonly binaries: Binaries
  readonly account: Account
  readonly paths: ClusterPaths
}

async function prepare(options: EmbeddedOptions, folder: string): Promise<Prepared> {
  const account = chooseAccount(folder, options.log)
  openWay(options.state, folder, account)
  const binaries = reachableBinaries(findBinaries(options.binaries), folder, account.uid)
  const paths = clusterPaths(folder, binaries.major)
  checkSocketPath(paths.socket)
  mkdirSync(paths.socket, { recursive: true, mode: 0o700 })
  give(paths.socket, account)
  ensureCluster(binaries, account, paths, options.settings ?? {})
  writeSettings(account, paths, options.settings ?? {})
  return { binaries, account, paths }
}

/** PostgreSQL's user must pass through the state folder to its data; it can list nothing there, and what lies beside it is closed to it. */
function openWay(state: string, folder: string, account: Account): void {
  if (account.way === 'self') return
  letPass(state)
  letPass(folder)
  const hidden = folderHidden(join(folder, 'data'), account.uid)
  if (hidden === undefined) return
  throw new StoreError(
    `PostgreSQL runs as a user without rights, who cannot reach ${folder} because ${hidden} is closed to others. Name another folder with --state DIR.`,
  )
}

class Supervisor implements Embedded {
  readonly connection: ClientConfig
  readonly superuser: ClientConfig
  readonly data: string
  readonly #prepared: Prepared
  readonly #log: Log
  readonly #lock: { release(): void }
  #server: ProcessKey
  #startedAt = Date.now()
  #restarts = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #restarting: Promise<void> | undefined
  #ended = false

  constructor(prepared: Prepared, log: Log, lock: { release(): void }, server: ProcessKey) {
    const { paths } = prepared
    const password = clusterPassword(paths)
    this.#prepared = prepared
    this.#log = log
    this.#lock = lock
    this.#server = server
    this.data = paths.data
    this.superuser = { host: paths.socket, port: 5432, user: 'postgres', password, database: 'postgres' }
    this.connection = { host: paths.socket, port: 5432, user: 'davylamp', password, database: 'davylamp' }
  }

  async begin(): Promise<Embedded> {
    await ensureLogin(this.superuser, String(this.connection.password))
    this.#watchLater(watchMilliseconds)
    return this
  }

  health(): EmbeddedHealth {
    const { version } = this.#prepared.binaries
    return { running: stillRuns(this.#server), pid: this.#server.pid, restarts: this.#restarts, version }
  }

  async stop(): Promise<void> {
    if (this.#ended) return
    this.#end()
    await this.#restarting
    await stopServer(this.#server)
    await allEnded(this.data)
    this.#lock.release()
  }

  leave(): void {
    if (this.#ended) return
    this.#end()
    this.#lock.release()
  }

  #end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  #watchLater(milliseconds: number): void {
    if (this.#ended) return
    this.#timer = setTimeout(() => this.#watch(), milliseconds)
    this.#timer.unref()
  }

  #watch(): void {
    if (stillRuns(this.#server)) {
      if (Date.now() - this.#startedAt > healthyMilliseconds) this.#failures = 0
      this.#watchLater(watchMilliseconds)
      return
    }
    this.#restarting = this.#restart().finally(() => {
      this.#restarting = undefined
      this.#watchLater(this.#pause())
    })
  }

  /** The first time at once, then with longer and longer pauses. */
  #pause(): number {
    return Math.min(longestPause, watchMilliseconds * 2 ** Math.max(0, this.#failures - 1))
  }

  async #restart(): Promise<void> {
    const { binaries, account, paths } = this.#prepared
    this.#failures++
    this.#log.warn('PostgreSQL has ended and is started again', { pid: this.#server.pid, time: this.#failures })
    try {
      this.#server = await startServer(binaries, account, paths)
      this.#restarts++
      this.#startedAt = Date.now()
    } catch (error) {
      this.#log.error('PostgreSQL could not be started again', { reason: error instanceof Error ? error.message : '' })
    }
  }
}

/** Looked at after each start, because the first one may have been cut short. */
async function ensureLogin(superuser: ClientConfig, password: string): Promise<void> {
  const client = new Client(superuser)
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'davylamp') AS login,
              EXISTS (SELECT FROM pg_database WHERE datname = 'davylamp') AS database`,
    )
    const create = `CREATE ROLE davylamp LOGIN CREATEROLE PASSWORD ${client.escapeLiteral(password)}`
    if (rows[0]?.login !== true) await client.query(create)
    if (rows[0]?.database !== true) await client.query('CREATE DATABASE davylamp OWNER davylamp')
  } finally {
    await client.end()
  }
}
