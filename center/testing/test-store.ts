import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { ensureTenant, type OpenStore, openStore } from '../store/index.ts'
import { silentLog } from './silent-log.ts'
import { type ServerVersion, stopTestServers, testServer } from './test-server.ts'

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
  const bare = await openBareDatabase(options.server)
  const store = await openStore({ source: { connection: bare.connection }, log: silentLog })
  const { tenant, group } = await ensureTenant(store)
  const close = async () => {
    await store.close()
    await bare.drop()
  }
  return { store, tenant, group, superuser: bare.superuser, close }
}

export interface BareDatabase {
  readonly connection: ClientConfig
  readonly superuser: ClientConfig
  drop(): Promise<void>
}

/** A database with nothing in it. */
export async function openBareDatabase(version: ServerVersion = 'embedded'): Promise<BareDatabase> {
  open++
  const server = await testServer(version)
  const database = `test_${randomBytes(6).toString('hex')}`
  await ask(server.superuser, `CREATE DATABASE ${database} OWNER davylamp STRATEGY wal_log`)
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
