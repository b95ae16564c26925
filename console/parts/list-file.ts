export type ListFormat = 'csv' | 'jsonl'

/** A heading and what stands below it in each row. */
export type FileColumn<T> = readonly [name: string, text: (row: T) => string]

/** A list as a file: for spreadsheets with these columns, or for programs as the API gave it, one row a line. */
export function listFile<T>(rows: readonly T[], columns: readonly FileColumn<T>[], format: ListFormat): Blob {
  return format === 'csv'
    ? new Blob([csv(rows, columns)], { type: 'text/csv' })
    : new Blob(
        rows.map(row => `${JSON.stringify(row)}\n`),
        { type: 'application/x-ndjson' },
      )
}

/** RFC 4180, with a byte order mark so that spreadsheets take it for UTF-8. */
export function csv<T>(rows: readonly T[], columns: readonly FileColumn<T>[]): string {
  const lines = [columns.map(([name]) => name), ...rows.map(row => columns.map(([, text]) => cell(text(row))))]
  return `\ufeff${lines.map(line => `${line.join(',')}\r\n`).join('')}`
}

/** Spreadsheets compute what begins with these signs; a name must not become a formula. */
function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
