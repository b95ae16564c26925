import type { ClientBase, Pool } from 'pg'
import { uuid7Floor } from '../uuid7.ts'

const dayMilliseconds = 86_400_000
const daysAhead = 7
/** Another number than that of the migrations: both may be wanted at once. */
const partitionLock = 7_306_318_116

/** How many days each table keeps; a table that is not named keeps everything. */
export type Retention = Readonly<Record<string, number>>

export interface Housekept {
  readonly made: readonly string[]
  readonly dropped: readonly string[]
}

/**
 * Every table `PARTITION BY RANGE` over a UUIDv7 gets a partition for each UTC day until a week from now and one for what
 * fits none; days beyond their retention are dropped. May be called at any time and by several centers at once.
 */
export async function housekeeping(pool: Pool, now: Date, retention: Retention = {}): Promise<Housekept> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [partitionLock])
    try {
      return await keepHouse(client, now, retention)
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [partitionLock])
    }
  } finally {
    client.release()
  }
}

async function keepHouse(client: ClientBase, now: Date, retention: Retention): Promise<Housekept> {
  const made: string[] = []
  const dropped: string[] = []
  for (const parent of await partitionedTables(client)) {
    const existing = await partitionsOf(client, parent.table)
    made.push(...(await makeMissing(client, parent, existing, now)))
    const days = retention[parent.table]
    if (days !== undefined && days > 0) dropped.push(...(await dropOld(client, parent, existing, dayOf(now) - days)))
  }
  return { made, dropped }
}

/** The days, since 1970, that each table has a partition for: what a backup remembers. */
export async function partitionDays(client: ClientBase): Promise<Record<string, number[]>> {
  const days: Record<string, number[]> = {}
  for (const { table } of await partitionedTables(client)) {
    const found = [...(await partitionsOf(client, table))].map(name => dayOfPartition(table, name))
    days[table] = found.filter(day => day !== undefined).sort((one, other) => one - other)
  }
  return days
}

/** Makes these days' partitions where they are missing, within the caller's transaction. */
export async function makePartitions(
  client: ClientBase,
  days: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  for (const parent of await partitionedTables(client)) {
    const existing = await partitionsOf(client, parent.table)
    if (!existing.has(`${parent.table}_default`)) await makeRest(client, parent.table)
    for (const day of days[parent.table] ?? []) {
      const name = partitionName(parent.table, day)
      if (!existing.has(name)) await attach(client, parent, name, day)
    }
  }
}

interface Partitioned {
  readonly table: string
  /** The uuid column whose time decides. */
  readonly column: string
}

async function partitionedTables(client: ClientBase): Promise<readonly Partitioned[]> {
  const { rows } = await client.query(`
    SELECT c.relname AS table, a.attname AS column
    FROM pg_partitioned_table p
    JOIN pg_class c ON c.oid = p.partrelid AND c.relnamespace = 'public'::regnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND a.atttypid = 'uuid'::regtype
    WHERE p.partstrat = 'r' AND p.partnatts = 1
    ORDER BY 1`)
  return rows.map(row => ({ table: String(row.table), column: String(row.column) }))
}

async function partitionsOf(client: ClientBase, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = ('public.' || quote_ident($1))::regclass`,
    [table],
  )
  return new Set(rows.map(row => String(row.name)))
}

async function makeMissing(
  client: ClientBase,
  parent: Partitioned,
  existing: ReadonlySet<string>,
  now: Date,
): Promise<string[]> {
  const made: string[] = []
  const rest = `${parent.table}_default`
  if (!existing.has(rest)) {
    await makeRest(client, parent.table)
    made.push(rest)
  }
  for (let day = dayOf(now); day <= dayOf(now) + daysAhead; day++) {
    const name = partitionName(parent.table, day)
    if (existing.has(name)) continue
    await inTransaction(client, () => attach(client, parent, name, day))
    made.push(name)
  }
  return made
}

/** For what fits no day: ids from the future or from before the first day. */
async function makeRest(client: ClientBase, table: string): Promise<void> {
  const rest = client.escapeIdentifier(`${table}_default`)
  await client.query(`CREATE TABLE ${rest} PARTITION OF ${client.escapeIdentifier(table)} DEFAULT`)
}

/** Made beside and attached, because that lets readers and writers of the table go on; what already lay in the rest moves over. */
async function attach(client: ClientBase, parent: Partitioned, name: string, day: number): Promise<void> {
  const table = client.escapeIdentifier(parent.table)
  const rest = client.escapeIdentifier(`${parent.table}_default`)
  const part = client.escapeIdentifier(name)
  const column = client.escapeIdentifier(parent.column)
  const [from, to] = [floorOf(day), floorOf(day + 1)].map(one => client.escapeLiteral(one))
  await client.query(`CREATE TABLE ${part} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)`)
  const within = `${column} >= ${from} AND ${column} < ${to}`
  const { rows } = await client.query(`SELECT EXISTS (SELECT FROM ${rest} WHERE ${within}) AS some`)
  if (rows[0]?.some === true) {
    await client.query(`LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE`)
    await client.query(
      `WITH moved AS (DELETE FROM ${rest} WHERE ${within} RETURNING *) INSERT INTO ${part} SELECT * FROM moved`,
    )
  }
  await client.query(`ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES FROM (${from}) TO (${to})`)
}

async function dropOld(
  client: ClientBase,
  parent: Partitioned,
  existing: ReadonlySet<string>,
  firstKept: number,
): Promise<string[]> {
  const dropped: string[] = []
  for (const name of existing) {
    const day = dayOfPartition(parent.table, name)
    if (day === undefined || day >= firstKept) continue
    await client.query(`DROP TABLE ${client.escapeIdentifier(name)}`)
    dropped.push(name)
  }
  await client.query(
    `DELETE FROM ${client.escapeIdentifier(`${parent.table}_default`)} WHERE ${client.escapeIdentifier(parent.column)} < $1`,
    [floorOf(firstKept)],
  )
  return dropped
}

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN')
  try {
    await work()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** `alert` on day 20,778 since 1970 → `alert_20261121`. */
function partitionName(table: string, day: number): string {
  return `${table}_${new Date(day * dayMilliseconds).toISOString().slice(0, 10).replaceAll('-', '')}`
}

function dayOfPartition(table: string, name: string): number | undefined {
  const match = /^_(\d{4})(\d\d)(\d\d)$/.exec(name.slice(table.length))
  if (match === null || !name.startsWith(table)) return undefined
  return Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / dayMilliseconds
}

function dayOf(time: Date): number {
  return Math.floor(time.getTime() / dayMilliseconds)
}

function floorOf(day: number): string {
  return uuid7Floor(day * dayMilliseconds)
}
