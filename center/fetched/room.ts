import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { conflict } from '../problem-error.ts'

/** Of all files that one tenant keeps here at a time: the disk is everybody's. */
const mostKeptBytes = 4 * 1_073_741_824

/** Asked before a file is ordered, and again for each part that comes: many may have been ordered meanwhile. */
export async function wantRoom(db: Db, bytes: number): Promise<void> {
  const { rows } = await sql<{ kept: number }>`
    SELECT coalesce(sum(size), 0)::bigint AS kept FROM fetched_part`.execute(db)
  if ((rows[0]?.kept ?? 0) + bytes > mostKeptBytes)
    throw conflict('Too many files are kept here at the moment', 'Each is kept for an hour. Try again later.')
}
