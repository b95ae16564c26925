import type { EventView } from './event.ts'

const usualFields = [
  '@timestamp',
  'timestamp',
  'Timestamp',
  'TimeCreated_SystemTime',
  'UtcTime',
  'EventTime',
  'time',
  'at',
  'startedAt',
  'modified',
]

/** When an event happened, in milliseconds since 1970: by the field named, else by the first of the usual ones. */
export function eventTime(event: EventView, field?: string): number | undefined {
  for (const name of field === undefined ? usualFields : [field]) {
    const value = event.slot(name).values[0]
    const time = value === undefined || typeof value === 'boolean' ? undefined : timeOf(value)
    if (time !== undefined) return time
  }
  return undefined
}

/** A number is seconds, or milliseconds where seconds would lie far ahead; a text without a zone is UTC. */
function timeOf(value: string | number): number | undefined {
  const number = typeof value === 'number' ? value : /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : Number.NaN
  if (Number.isFinite(number)) return number < 1e11 ? number * 1000 : number
  const text = String(value)
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) /, '$1T')
  const time = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : time
}
