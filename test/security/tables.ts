import type { RealCenter } from './real-center.ts'

type Row = Readonly<Record<string, unknown>>

/** Every table, with what lies in it, as the superuser of the database sees it. */
export async function allTables({ running }: RealCenter): Promise<ReadonlyMap<string, readonly Row[]>> {
  const tables = new Map<string, readonly Row[]>()
  for (const name of await tableNames(running)) tables.set(name, await rowsOf(running, name))
  return tables
}

type Running = RealCenter['running']

async function tableNames(running: Running): Promise<readonly string[]> {
  // Partitions are read with their table.
  const rows = await ask(
    running,
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  )
  return rows.map(one => String(one['name']))
}

async function rowsOf(running: Running, table: string): Promise<readonly Row[]> {
  const rows = await ask(running, `SELECT to_jsonb(t) AS row FROM "${table}" t`)
  return rows.map(({ row }) => row as Row)
}

/** Behind the back of the center. */
export async function ask({ store }: Running, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const { Client } = await import('pg')
  const superuser = store.embedded?.superuser
  if (superuser === undefined) throw new Error('this center has no PostgreSQL of its own')
  const client = new Client({ ...superuser, database: store.connection.database ?? 'davylamp' })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows as Row[]
  } finally {
    await client.end()
  }
}

/** What changes by itself while an agent is connected, or tells of things that hosts have in common. */
const restless = new Set(['last_seen', 'health_at', 'campaign_id'])

/** What workers have still to do: they empty these. */
const queues = new Set(['campaign_todo', 'alert_count', 'notice_item', 'export_item', 'delivery'])

/** All rows that are about a host, its agent, or its alerts: one line each, sorted. */
export function rowsAbout(
  tables: ReadonlyMap<string, readonly Row[]>,
  host: string,
  agent: string,
): Readonly<Record<string, readonly string[]>> {
  const alerts = new Set((tables.get('alert') ?? []).filter(row => row['host_id'] === host).map(row => row['alert_id']))
  const about = (row: Row) => row['host_id'] === host || row['agent_id'] === agent || alerts.has(row['alert_id'])
  const found: Record<string, readonly string[]> = {}
  for (const [table, rows] of tables) {
    if (queues.has(table)) continue
    const lines = rows
      .filter(row => about(row) && row['what'] !== 'campaign')
      .map(row => JSON.stringify(row, (key, value) => (restless.has(key) ? 0 : value)))
    if (lines.length > 0) found[table] = lines.sort()
  }
  return found
}

/** What is in one and not in the other, each line cut to what one reads. */
export function difference(one: ReturnType<typeof rowsAbout>, other: ReturnType<typeof rowsAbout>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap(table => {
    const [before, after] = [one[table] ?? [], other[table] ?? []]
    return [
      ...before.filter(line => !after.includes(line)).map(line => `${table} lost ${line.slice(0, 500)}`),
      ...after.filter(line => !before.includes(line)).map(line => `${table} got ${line.slice(0, 500)}`),
    ]
  })
}
