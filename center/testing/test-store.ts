import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { ensureTenant, type OpenStore, openStore } from '../store/index.ts'
import { silentLog } from './silent-log.ts'
import type { Embedded } from '../store/embedded/index.ts'
import { type ServerVersion, serverOfTests, stopTestServers, testServer } from './test-server.ts'

export interface TestStore {
  readonly store: OpenStore
  readonly tenant: string
  /** The root group `All hosts`. */
  readonly group: string
  /** As the superuser, for what a test does behind the store's back. */
  readonly superuser: ClientConfig
  /** Drops the database; the last one that closes ends the server. */
  close(): Promise<void>
}

let open = 0

/** A fresh database with all migrations, a tenant and its root group, on a real PostgreSQL of this test process. */
export async function openTestStore(options: { readonly server?: ServerVersion } = {}): Promise<TestStore> {
  const { server = serverOfTests() } = options
  const bare = await openBareDatabase(server, await template(server))
  const store = await openStore({ source: { connection: bare.connection }, log: silentLog, migrate: false })
  const { tenant, group } = await ensureTenant(store)
  const close = async () => {
    await store.close()
    await bare.drop()
  }
  return { store, tenant, group, superuser: bare.superuser, close }
}

const templates = new Map<Embedded, Promise<string>>()

/** The migrations run once for each server; copying what they made takes a tenth of the time. */
async function template(version: ServerVersion): Promise<string> {
  const server = await testServer(version)
  const known = templates.get(server) ?? makeTemplate(server)
  templates.set(server, known)
  return known
}

async function makeTemplate(server: Embedded): Promise<string> {
  await ask(server.superuser, 'CREATE DATABASE migrated OWNER davylamp STRATEGY wal_log')
  const connection = { ...server.connection, database: 'migrated' }
  await (await openStore({ source: { connection }, log: silentLog })).close()
  // A database that somebody is connected to cannot be copied: neither an autovacuum worker nor a backend that still ends.
  await ask(server.superuser, 'ALTER DATABASE migrated ALLOW_CONNECTIONS false')
  await ask(server.superuser, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'migrated'")
  return 'migrated'
}

export interface BareDatabase {
  readonly connection: ClientConfig
  readonly superuser: ClientConfig
  drop(): Promise<void>
}

/** A database with nothing in it, or what that other one has. */
export async function openBareDatabase(version: ServerVersion = 'embedded', from = 'template1'): Promise<BareDatabase> {
  open++
  const server = await testServer(version)
  const database = `test_${randomBytes(6).toString('hex')}`
  await ask(server.superuser, `CREATE DATABASE ${database} OWNER davylamp TEMPLATE ${from} STRATEGY wal_log`)
  const drop = async () => {
    await ask(server.superuser, `DROP DATABASE ${database} WITH (FORCE)`)
    if (--open === 0) await stopTestServers()
  }
  return { connection: { ...server.connection, database }, superuser: { ...server.superuser, database }, drop }
}

async function ask(connection: ClientConfig, text: string): Promise<void> {
  const client = new Client(connection)
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
