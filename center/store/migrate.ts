import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import type { Log } from '../context.ts'
import { ensureRoles, secureTables } from './row-security.ts'
import { StoreError } from './store-error.ts'

export const ownMigrations = join(import.meta.dirname, 'migrations')

/** Any number, the same in all centers: whoever holds it changes the tables. */
export const migrationLock = 7_306_318_115

interface Migration {
  readonly number: number
  readonly name: string
  readonly sha256: string
  readonly sql: string
}

/**
 * Brings a store to the state of this program: `migrations/NNN-name.sql` in order, each in a transaction, one center at a
 * time. A {@link StoreError} when an applied file was changed since, or the store belongs to a newer program. Gives the numbers that were applied now;
 * those after `through` are left out (a backup of an older program is loaded before the rest).
 */
export async function migrate(
  connection: ClientConfig,
  log: Log,
  folder = ownMigrations,
  through = Number.POSITIVE_INFINITY,
): Promise<readonly number[]> {
  const files = readMigrations(folder).filter(file => file.number <= through)
  const client = new Client({ ...connection, statement_timeout: 0 })
  client.on('error', () => {})
  await client.connect()
  try {
    await requireVersion(client)
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock])
    return await applyAll(client, files, log)
  } finally {
    await client.end()
  }
}

/** The files of a folder by number; a gap or a number twice is a mistake of ours and throws. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter(name => /^\d{3}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
  const migrations = names.map(name => {
    const sql = readFileSync(join(folder, name), 'utf8')
    return { number: Number(name.slice(0, 3)), name, sha256: createHash('sha256').update(sql).digest('hex'), sql }
  })
  const numbers = migrations.map(one => one.number)
  if (new Set(numbers).size !== numbers.length) throw new StoreError(`Two migrations in ${folder} have one number.`)
  return migrations
}

async function requireVersion(client: Client): Promise<void> {
  const { rows } = await client.query(`SELECT current_setting('server_version_num')::int AS number`)
  const number = Number(rows[0]?.number)
  if (number >= 150_000) return
  throw new StoreError(`The store runs PostgreSQL ${Math.floor(number / 10_000)}; 15 or later is needed.`)
}

async function applyAll(client: Client, files: readonly Migration[], log: Log): Promise<readonly number[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS migration (
    number int PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, at timestamptz NOT NULL DEFAULT now())`)
  const { rows } = await client.query('SELECT number, name, sha256 FROM migration ORDER BY number')
  const applied = new Map(rows.map(row => [Number(row.number), { name: String(row.name), sha256: String(row.sha256) }]))
  checkApplied(applied, files)
  await ensureRoles(client)
  const pending = files.filter(file => !applied.has(file.number))
  for (const file of pending) await apply(client, file, log)
  await secureTables(client, pending.length > 0)
  return pending.map(file => file.number)
}

function checkApplied(
  applied: ReadonlyMap<number, { readonly name: string; readonly sha256: string }>,
  files: readonly Migration[],
): void {
  for (const [number, { name, sha256 }] of applied) {
    const file = files.find(one => one.number === number)
    if (file === undefined)
      throw new StoreError(
        `The store was made by a newer Davylamp (it has ${name}, which this program does not know). Start that version, or restore a backup of this one into an empty store.`,
      )
    if (file.sha256 !== sha256)
      throw new StoreError(
        `${file.name} is not the file that this store was made with. Install the released program again; a change of tables belongs into a new file.`,
      )
  }
  const newest = Math.max(0, ...applied.keys())
  const late = files.find(file => file.number < newest && !applied.has(file.number))
  if (late !== undefined)
    throw new StoreError(`${late.name} comes before what this store already has. Give it a number after ${newest}.`)
}

async function apply(client: Client, file: Migration, log: Log): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(file.sql)
    await client.query('INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)', [
      file.number,
      file.name,
      file.sha256,
    ])
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => {})
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(`${file.name} could not be applied, and nothing of it was: ${reason}`, { cause })
  }
  log.info('the store was changed', { migration: file.name })
}
