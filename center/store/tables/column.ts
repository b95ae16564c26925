import type { ColumnType } from 'kysely'

/** Given as text (`JSON.stringify`), so that an array is never taken for a PostgreSQL array; read as a value to be parsed. */
export type Json = ColumnType<unknown, string, string>

export type Time = ColumnType<Date, Date | string, Date | string>

export type GeneratedJson = ColumnType<unknown, string | undefined, string>
export type GeneratedTime = ColumnType<Date, Date | string | undefined, Date | string>
export type NullableJson = ColumnType<unknown, string | null | undefined, string | null>
export type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
