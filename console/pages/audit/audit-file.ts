import type { AuditEntry } from '../../../model/api/index.ts'

export type AuditFormat = 'csv' | 'jsonl'

export function auditFile(entries: readonly AuditEntry[], format: AuditFormat): Blob {
  return format === 'csv'
    ? new Blob([csv(entries)], { type: 'text/csv' })
    : new Blob(
        entries.map(entry => `${JSON.stringify(entry)}\n`),
        { type: 'application/x-ndjson' },
      )
}

const columns: readonly (readonly [string, (entry: AuditEntry) => string])[] = [
  ['sequence', entry => String(entry.sequence)],
  ['at', entry => entry.at],
  ['actor_kind', entry => entry.actor.kind],
  ['actor', entry => entry.actor.name],
  ['address', entry => entry.address],
  ['action', entry => entry.action],
  ['object_kind', entry => entry.object.kind],
  ['object', entry => entry.object.id],
  ['detail', entry => JSON.stringify(entry.detail ?? null)],
  ['request', entry => entry.request],
  ['hash', entry => entry.hash],
]

/** RFC 4180, with a byte order mark so that spreadsheets take it for UTF-8. */
export function csv(entries: readonly AuditEntry[]): string {
  const lines = [columns.map(([name]) => name), ...entries.map(entry => columns.map(([, text]) => cell(text(entry))))]
  return `\ufeff${lines.map(line => `${line.join(',')}\r\n`).join('')}`
}

/** Spreadsheets compute what begins with these signs; a name must not become a formula. */
function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
