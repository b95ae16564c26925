import { type ClientConfig, Pool, type PoolConfig, types } from 'pg'
import type { Log } from '../context.ts'

const int8 = 20
const int8Array = 1016
const date = 1082
const dateArray = 1182

/** Connections for one kind of work. An idle one that breaks is replaced at the next use. */
export function openPool(connection: ClientConfig, log: Log, more: PoolConfig): Pool {
  const pool = new Pool({
    ...connection,
    application_name: 'davylamp',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser: parserOf },
    ...more,
  })
  pool.on('error', error => {
    if (!pool.ending) log.warn('a connection to the store was lost', { reason: error.message })
  })
  // A connection that breaks between two statements of a transaction tells it as an event, which would end the process;
  // the next statement fails, and that is where it is handled.
  pool.on('connect', client => client.on('error', () => {}))
  return pool
}

/** bigint as a number; one beyond 2^53 is an error, never a wrong number. */
export function safeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`the number ${text} of the store is too large`)
  return number
}

const parserOf: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format === 'binary') return types.getTypeParser(oid, format)
  if (oid === int8) return safeNumber
  if (oid === int8Array) return (text: string) => strings(text).map(one => (one === null ? null : safeNumber(one)))
  // A day is no moment: read as the text that it is.
  if (oid === date) return (text: string) => text
  if (oid === dateArray) return strings
  return types.getTypeParser(oid, 'text')
}

/** PostgreSQL's array text, by the driver's parser for arrays of text. */
function strings(text: string): (string | null)[] {
  const textArray: number = 1009
  return types.getTypeParser(textArray, 'text')(text)
}
