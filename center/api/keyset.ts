import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import { badRequest } from '../problem-error.ts'

/** Where a page ended. Its values are the sort columns of the page's last row, in the order of the sort. */
export interface Keyset<P extends readonly (string | number)[]> {
  /** The position that `after` names; `undefined` on the first page. Throws 400 for what this list never gave out. */
  read(after: string | undefined): P | undefined
  /** Rows were asked for with `limit + 1`: one more than fits says that there is a next page. */
  page<Row>(rows: readonly Row[], limit: number, position: (row: Row) => P): { items: Row[]; next?: string }
}

/**
 * A cursor of one list: `name` says which list and order, so that the cursor of one is no good for another. It is validated, not
 * signed: a forged one only starts elsewhere in what its caller may see anyway. Positions must be exact: UUIDs, text, integers,
 * never a timestamp that went through Date (PostgreSQL has microseconds, so rows of the same millisecond would be lost).
 */
export function keyset<const S extends readonly [z.ZodType<string | number>, ...z.ZodType<string | number>[]]>(
  name: string,
  columns: S,
): Keyset<{ -readonly [K in keyof S]: z.output<S[K]> }> {
  type Position = { -readonly [K in keyof S]: z.output<S[K]> }
  const schema = z.tuple([z.literal(name), ...columns])

  function read(after: string | undefined): Position | undefined {
    if (after === undefined) return undefined
    const parsed = schema.safeParse(decoded(after))
    if (!parsed.success)
      throw badRequest('That is not a place in this list', 'Give "after" the "next" of the page before, unchanged.')
    return parsed.data.slice(1) as Position
  }

  function page<Row>(rows: readonly Row[], limit: number, position: (row: Row) => Position) {
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    if (rows.length <= limit || last === undefined) return { items }
    return { items, next: Buffer.from(JSON.stringify([name, ...position(last)])).toString('base64url') }
  }

  return { read, page }
}

/** The rows behind a position: `(a, b) < (…)` for descending order. All columns are sorted the same way, and together they are unique. */
export function beyond(
  columns: readonly [string, ...string[]],
  position: readonly (string | number)[] | undefined,
  direction: 'asc' | 'desc',
): RawBuilder<SqlBool> {
  if (position === undefined) return sql<SqlBool>`true`
  const left = sql.join(columns.map(column => sql.ref(column)))
  return direction === 'asc'
    ? sql<SqlBool>`(${left}) > (${sql.join(position)})`
    : sql<SqlBool>`(${left}) < (${sql.join(position)})`
}

function decoded(after: string): unknown {
  if (!/^[\w-]{1,4000}$/.test(after)) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(after, 'base64url')))
  } catch {
    return undefined
  }
}
