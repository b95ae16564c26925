import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { clusterPaths } from './cluster.ts'

/** How to reach the embedded PostgreSQL of a state folder while a center runs on it; `undefined`: it does not run. */
export async function runningConnection(state: string): Promise<ClientConfig | undefined> {
  // The major version names the data folder only; socket and password are the same for all.
  const paths = clusterPaths(join(state, 'postgres'), 0)
  if (!existsSync(join(paths.socket, '.s.PGSQL.5432')) || !existsSync(paths.password)) return undefined
  const password = readFileSync(paths.password, 'utf8').trim()
  const connection = { host: paths.socket, port: 5432, user: 'davylamp', password, database: 'davylamp' }
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return connection
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}
