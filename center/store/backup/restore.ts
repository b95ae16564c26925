import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Client, type ClientConfig } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Log } from '../../context.ts'
import { migrate, ownMigrations, readMigrations } from '../migrate.ts'
import { makePartitions } from '../partitions.ts'
import { secureTablesWithin, unsecureTables } from '../row-security.ts'
import { StoreError } from '../store-error.ts'
import { countLines } from './backup.ts'
import {
  damaged,
  endSchema,
  formatNumber,
  type Frame,
  type Head,
  headSchema,
  parseJson,
  readFrames,
  type TableEnd,
  tableEndSchema,
  tableSchema,
} from './frames.ts'
import { keyEnvelopeSchema, unwrapKey } from './key-envelope.ts'
import { columnList, isEmpty, tablesInOrder, type TableShape } from './tables.ts'

export interface RestoreOptions {
  readonly log: Log
  /** Where the master key belongs. Without it the one in the backup is not taken out. */
  readonly masterKeyFile?: string | undefined
  readonly passphrase?: string | undefined
  readonly migrations?: string
}

export interface RestoreSummary {
  readonly at: string
  readonly program: string
  readonly rows: number
  /** True: the master key was taken out of the backup (or was there already and is the same). */
  readonly masterKey: boolean
}

/**
 * Fills an empty store from a backup, of whichever PostgreSQL version, and brings it to this program's state. A
 * {@link StoreError} says why not: then the store is as empty as it was.
 */
export async function restore(
  connection: ClientConfig,
  file: string,
  options: RestoreOptions,
): Promise<RestoreSummary> {
  const frames = framesOf(file)
  try {
    const head = await readHead(frames, options.migrations ?? ownMigrations)
    const key = await readKey(frames, head, options)
    await prepareTables(connection, head, options)
    const rows = await load(connection, head, frames, () => keepKey(key, options.masterKeyFile))
    await migrate(connection, options.log, options.migrations)
    return { at: head.at, program: head.program, rows, masterKey: key !== undefined }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && /^Z_/.test(String(cause.code)))
      throw damaged('it cannot be unpacked', cause)
    throw cause
  } finally {
    await frames.return(undefined)
  }
}

type Frames = AsyncGenerator<Frame, undefined>

async function* framesOf(file: string): Frames {
  if (!existsSync(file)) throw new StoreError(`There is no backup ${file}.`)
  const source = createReadStream(file)
  const unpacked = createGunzip()
  const piping = pipeline(source, unpacked)
  // Its error comes out of reading too.
  piping.catch(() => {})
  try {
    yield* readFrames(unpacked)
  } finally {
    source.destroy()
    unpacked.destroy()
  }
}

async function take(frames: Frames, ...wanted: readonly Frame['letter'][]): Promise<Frame> {
  const next = await frames.next()
  if (next.done === true || !wanted.includes(next.value.letter)) throw damaged('its parts are in another order')
  return next.value
}

async function readHead(frames: Frames, folder: string): Promise<Head> {
  const head = parseJson(headSchema, (await take(frames, 'H')).content)
  if (head.format !== formatNumber)
    throw new StoreError(
      `The backup has form ${head.format}, which this program does not know. Restore it with Davylamp ${head.program}.`,
    )
  const own = readMigrations(folder)
  for (const { number, name, sha256 } of head.migrations) {
    if (own.some(one => one.number === number && one.sha256 === sha256)) continue
    throw new StoreError(
      `The backup is of Davylamp ${head.program}, whose tables (${name}) this program does not know. Restore it with that version or a newer one.`,
    )
  }
  return head
}

async function readKey(frames: Frames, head: Head, options: RestoreOptions): Promise<Buffer | undefined> {
  if (!head.masterKey) return undefined
  const envelope = parseJson(keyEnvelopeSchema, (await take(frames, 'K')).content)
  const { masterKeyFile, passphrase } = options
  if (masterKeyFile === undefined) return undefined
  if (passphrase === undefined)
    throw new StoreError('The backup holds the master key under a passphrase. Give that passphrase.')
  const key = await unwrapKey(envelope, passphrase)
  if (existsSync(masterKeyFile) && !readFileSync(masterKeyFile).equals(key))
    throw new StoreError(
      `${masterKeyFile} is another key than that of the backup. Move it away first, if nothing needs it.`,
    )
  return key
}

/** Before the commit, so that no store is left whose secrets nobody can open. */
function keepKey(key: Buffer | undefined, file: string | undefined): void {
  if (key === undefined || file === undefined || existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.part`, key, { mode: 0o600, flush: true })
  renameSync(`${file}.part`, file)
}

/** The tables as the backup knows them. Empty ones of this program go first: they may be newer. */
async function prepareTables(connection: ClientConfig, head: Head, options: RestoreOptions): Promise<void> {
  await withClient(connection, async client => {
    const tables = await tablesInOrder(client)
    await requireEmpty(client, tables)
    if (tables.length > 0) await dropAll(client, tables)
  })
  const last = Math.max(0, ...head.migrations.map(one => one.number))
  await migrate(connection, options.log, options.migrations, last)
}

/** In one transaction: either a store of this program that can be opened, or nothing, is left. */
async function dropAll(client: Client, tables: readonly TableShape[]): Promise<void> {
  const { rows } = await client.query(`SELECT to_regclass('public.migration') IS NOT NULL AS ours`)
  if (rows[0]?.ours !== true)
    throw new StoreError('The database has tables of something else. Name one that is empty with --store.')
  const names = [...tables.map(one => one.table), 'migration'].map(name => client.escapeIdentifier(name))
  const functions = await client.query(`SELECT p.oid::regprocedure::text AS name FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(current_user, p.proowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`)
  await client.query('BEGIN')
  await client.query(`DROP TABLE ${names.join(', ')} CASCADE`)
  for (const { name } of functions.rows) await client.query(`DROP ROUTINE ${name} CASCADE`)
  await client.query('COMMIT')
}

async function requireEmpty(client: Client, tables: readonly TableShape[]): Promise<void> {
  if (await isEmpty(client, tables)) return
  throw new StoreError(
    'The store is not empty, and a backup is only restored into an empty one. Name a new state folder with --state DIR, or a new database with --store.',
  )
}

function load(connection: ClientConfig, head: Head, frames: Frames, beforeCommit: () => void): Promise<number> {
  return withClient(connection, async client => {
    await client.query('BEGIN')
    const tables = await tablesInOrder(client)
    for (const { table } of tables) await client.query(`LOCK TABLE ${client.escapeIdentifier(table)}`)
    await requireEmpty(client, tables)
    await unsecureTables(client)
    await makePartitions(client, head.partitions)
    const rows = await loadTables(client, tables, frames)
    await secureTablesWithin(client)
    beforeCommit()
    await client.query('COMMIT')
    return rows
  })
}

async function loadTables(client: Client, tables: readonly TableShape[], frames: Frames): Promise<number> {
  const loaded: TableEnd[] = []
  for (;;) {
    const next = await take(frames, 'T', 'Z')
    if (next.letter === 'Z') {
      await finish(client, next.content, loaded)
      return loaded.reduce((sum, one) => sum + one.rows, 0)
    }
    const { table, columns } = parseJson(tableSchema, next.content)
    const shape = tables.find(one => one.table === table)
    if (shape === undefined || columns.some(column => !shape.columns.includes(column)))
      throw damaged('it has a table that its program does not have')
    const list = columnList(client, columns)
    const target = client.query(copyFrom(`COPY ${client.escapeIdentifier(table)} (${list}) FROM STDIN`))
    await pipeline(contentOf(frames, loaded), target)
  }
}

/** The rows of one table; the hash is compared before COPY is told that it is complete. */
async function* contentOf(frames: Frames, loaded: TableEnd[]): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let rows = 0
  for (;;) {
    const { letter, content } = await take(frames, 'D', 'E')
    if (letter === 'E') {
      const end = parseJson(tableEndSchema, content)
      if (end.sha256 !== hash.digest('hex') || end.rows !== rows)
        throw damaged(`the rows of ${end.table} are not those that were saved`)
      loaded.push(end)
      return
    }
    hash.update(content)
    rows += countLines(content)
    yield content
  }
}

async function finish(client: Client, content: Buffer, loaded: readonly TableEnd[]): Promise<void> {
  const { tables, sequences } = parseJson(endSchema, content)
  if (JSON.stringify(tables) !== JSON.stringify(loaded)) throw damaged('tables are missing')
  for (const { name, value, called } of sequences)
    await client.query('SELECT setval(quote_ident($1)::regclass, $2::bigint, $3)', [name, value, called])
}

async function withClient<T>(connection: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...connection, statement_timeout: 0 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
