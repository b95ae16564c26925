import type { ClientBase } from 'pg'
import { StoreError } from '../store-error.ts'

export interface TableShape {
  readonly table: string
  readonly columns: readonly string[]
}

/** All tables of a store but the list of migrations, those that others refer to first. */
export async function tablesInOrder(client: ClientBase): Promise<readonly TableShape[]> {
  const { rows } = await client.query(`
    SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
      ARRAY(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS needs
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration'
    GROUP BY c.oid, c.relname ORDER BY c.relname`)
  return inOrder(
    rows.map(row => ({ table: String(row.table), columns: row.columns as string[], needs: row.needs as string[] })),
  )
}

/** True when no table holds a row. */
export async function isEmpty(client: ClientBase, tables: readonly TableShape[]): Promise<boolean> {
  for (const { table } of tables) {
    const { rows } = await client.query(`SELECT EXISTS (SELECT FROM ${client.escapeIdentifier(table)}) AS some`)
    if (rows[0]?.some === true) return false
  }
  return true
}

export function columnList(client: ClientBase, columns: readonly string[]): string {
  return columns.map(column => client.escapeIdentifier(column)).join(', ')
}

function inOrder(all: readonly (TableShape & { readonly needs: readonly string[] })[]): TableShape[] {
  const done = new Map<string, TableShape>()
  while (done.size < all.length) {
    const next = all.filter(one => !done.has(one.table) && one.needs.every(other => done.has(other)))
    if (next.length === 0) throw new StoreError('The tables of the store refer to each other in a circle.')
    for (const { table, columns } of next) done.set(table, { table, columns })
  }
  return [...done.values()]
}
