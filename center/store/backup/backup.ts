import { createHash } from 'node:crypto'
import { createWriteStream, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Client, type ClientConfig } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { syncFolder } from '../../../native/own-file.ts'
import { partitionDays } from '../partitions.ts'
import { StoreError } from '../store-error.ts'
import { formatNumber, frame, type Head, jsonFrame, magic, type TableEnd } from './frames.ts'
import { wrapKey } from './key-envelope.ts'
import { columnList, tablesInOrder, type TableShape } from './tables.ts'

export interface BackupOptions {
  /** Written into the backup for people: `0.3.0`. */
  readonly program: string
  /** The file of the key that seals the secrets in the store. Left out of the backup without a passphrase. */
  readonly masterKeyFile?: string | undefined
  readonly passphrase?: string | undefined
}

export interface BackupSummary {
  readonly tables: readonly TableEnd[]
  readonly rows: number
  /** False: CA, order key and channel passwords can only be opened with the master.key that lies beside the store; keep it elsewhere. */
  readonly masterKey: boolean
}

/** Writes everything that the store holds at one moment into one file (mode 0600), while centers work on. */
export async function backup(connection: ClientConfig, file: string, options: BackupOptions): Promise<BackupSummary> {
  const { passphrase, masterKeyFile } = options
  if (passphrase !== undefined && passphrase.length < 12)
    throw new StoreError(
      'A passphrase of a backup has 12 characters or more: whoever guesses it has the keys of the center.',
    )
  const key = passphrase === undefined || masterKeyFile === undefined ? undefined : readFileSync(masterKeyFile)
  const envelope = key === undefined || passphrase === undefined ? undefined : await wrapKey(key, passphrase)
  const client = new Client({ ...connection, statement_timeout: 0 })
  client.on('error', () => {})
  await client.connect()
  const ends: TableEnd[] = []
  const unfinished = `${file}.${process.pid}.part`
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const parts = partsOf(client, options.program, envelope, ends)
    await pipeline(
      Readable.from(parts),
      createGzip({ level: 4 }),
      createWriteStream(unfinished, { mode: 0o600, flush: true }),
    )
    renameSync(unfinished, file)
    syncFolder(dirname(file))
  } finally {
    rmSync(unfinished, { force: true })
    await client.end()
  }
  return { tables: ends, rows: ends.reduce((sum, one) => sum + one.rows, 0), masterKey: envelope !== undefined }
}

async function* partsOf(client: Client, program: string, envelope: unknown, ends: TableEnd[]): AsyncGenerator<Buffer> {
  yield magic
  yield* jsonFrame('H', await headOf(client, program, envelope !== undefined))
  if (envelope !== undefined) yield* jsonFrame('K', envelope)
  for (const shape of await tablesInOrder(client)) {
    yield* jsonFrame('T', shape)
    const end = yield* rowsOf(client, shape)
    yield* jsonFrame('E', end)
    ends.push(end)
  }
  yield* jsonFrame('Z', { tables: ends, sequences: await sequencesOf(client) })
}

async function headOf(client: Client, program: string, masterKey: boolean): Promise<Head> {
  const { rows } = await client.query('SELECT number, name, sha256 FROM migration ORDER BY number')
  const version = await client.query(`SELECT current_setting('server_version_num')::int / 10000 AS server`)
  return {
    format: formatNumber,
    program,
    at: new Date().toISOString(),
    server: Number(version.rows[0]?.server),
    migrations: rows.map(row => ({ number: Number(row.number), name: String(row.name), sha256: String(row.sha256) })),
    partitions: await partitionDays(client),
    masterKey,
  }
}

/** COPY text is the same in all versions, and has exactly one line for each row. */
async function* rowsOf(client: Client, { table, columns }: TableShape): AsyncGenerator<Buffer, TableEnd> {
  const hash = createHash('sha256')
  let [rows, bytes] = [0, 0]
  const list = columnList(client, columns)
  const source = client.query(copyTo(`COPY (SELECT ${list} FROM ${client.escapeIdentifier(table)}) TO STDOUT`))
  for await (const chunk of source) {
    const content = Buffer.from(chunk)
    hash.update(content)
    rows += countLines(content)
    bytes += content.length
    yield* frame('D', content)
  }
  return { table, rows, bytes, sha256: hash.digest('hex') }
}

export function countLines(content: Buffer): number {
  let count = 0
  for (let at = content.indexOf(10); at !== -1; at = content.indexOf(10, at + 1)) count++
  return count
}

async function sequencesOf(client: Client): Promise<{ name: string; value: string; called: boolean }[]> {
  const { rows } = await client.query(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
  const sequences = []
  for (const { name } of rows) {
    const state = await client.query(
      `SELECT last_value::text AS value, is_called AS called FROM ${client.escapeIdentifier(name)}`,
    )
    sequences.push({ name: String(name), value: String(state.rows[0]?.value), called: state.rows[0]?.called === true })
  }
  return sequences
}
