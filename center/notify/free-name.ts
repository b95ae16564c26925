import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { conflict } from '../problem-error.ts'

/** Throws 409 when another one bears the name. */
export async function requireFreeName(
  db: Db,
  table: 'channel' | 'notify_route',
  name: string,
  except: string | undefined,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    SELECT ${sql.ref(table === 'channel' ? 'channel_id' : 'route_id')} AS id FROM ${sql.table(table)} WHERE name = ${name}`.execute(
    db,
  )
  if (rows.some(row => row.id !== except)) throw conflict('That name is taken', 'Give it another one.')
}
