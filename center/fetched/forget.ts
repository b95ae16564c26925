import type { Center } from '../context.ts'

/** Deletes files whose hour is over, whole or not. Several centers may do it at once. Gives how many. */
export async function forgetFetched({ store, clock }: Pick<Center, 'store' | 'clock'>): Promise<number> {
  const result = await store.system(db =>
    db.deleteFrom('fetched_file').where('expires_at', '<=', clock()).executeTakeFirst(),
  )
  return Number(result.numDeletedRows)
}
