import type { Center, CenterKeys, Db } from '../context.ts'

/** A part as the store has it: of that order, at that place, and nowhere else does it open. */
export function sealPart(keys: CenterKeys, order: string, number: number, bytes: Uint8Array): Buffer {
  return keys.seal(bytes, contextOf(order, number))
}

/** `undefined`: it is not there (any more). */
export async function openPart(
  db: Db,
  { keys }: Pick<Center, 'keys'>,
  order: string,
  number: number,
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('fetched_part')
    .select('sealed')
    .where('order_id', '=', order)
    .where('number', '=', number)
    .executeTakeFirst()
  return row === undefined ? undefined : keys.open(row.sealed, contextOf(order, number))
}

function contextOf(order: string, number: number): string {
  return `fetched_part:${order}:${number}`
}
