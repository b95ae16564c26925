import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { containing } from './host-object.ts'

export const mostNamed = 1_000

/** Hosts whose name holds the text, one more than {@link mostNamed} at most. Asked first: knowing how few they are, PostgreSQL goes by its indexes. */
export async function hostsNamed(db: Db, text: string): Promise<string[]> {
  const rows = await db
    .selectFrom('host')
    .select('host_id')
    .where(sql<boolean>`name ILIKE ${containing(text)}`)
    .limit(mostNamed + 1)
    .execute()
  return rows.map(one => one.host_id)
}
