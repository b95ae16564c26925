import { alertLevels } from '../../model/api/index.ts'

export const indicatorKinds = ['hash', 'address', 'domain', 'wallet', 'key'] as const
export type IndicatorKind = (typeof indicatorKinds)[number]

export interface Indicator {
  readonly kind: IndicatorKind
  readonly value: string
  readonly level?: (typeof alertLevels)[number] | undefined
  readonly note?: string | undefined
  readonly expiresAt?: string | undefined
}

/** What holds for lines that do not say it themselves. */
export interface IndicatorDefaults {
  readonly kind?: IndicatorKind | undefined
  readonly level?: Indicator['level']
  readonly note?: string | undefined
  readonly expiresAt?: string | undefined
}

/**
 * Indicators of a CSV file (RFC 4180; `,` or `;`), whose first line may name the columns `kind`, `value`, `level`, `note`, `expires` in any order.
 * Without such a line: `kind,value,level,note,expires`, or one value a line where a kind is given beside. Lines with # are notes.
 */
export function indicatorsIn(text: string, defaults: IndicatorDefaults): { items: Indicator[]; problems: string[] } {
  const items: Indicator[] = []
  const problems: string[] = []
  let columns: readonly string[] | undefined
  for (const { line, cells } of rowsOf(text)) {
    const names = cells.map(cell => cell.toLowerCase())
    if (columns === undefined) {
      columns = names.includes('value') ? names : usualColumns(cells, defaults)
      if (names.includes('value')) continue
    }
    const found = indicatorOf(Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ''])), defaults)
    if (typeof found === 'string') problems.push(`line ${line}: ${found}`)
    else items.push(found)
  }
  return { items, problems }
}

function usualColumns(first: readonly string[], { kind }: IndicatorDefaults): readonly string[] {
  const saysKind = indicatorKinds.some(one => one === first[0]?.toLowerCase())
  return kind !== undefined && !saysKind
    ? ['value', 'level', 'note', 'expires']
    : ['kind', 'value', 'level', 'note', 'expires']
}

function indicatorOf(row: Readonly<Record<string, string>>, defaults: IndicatorDefaults): Indicator | string {
  const kindText = row['kind']?.toLowerCase() || defaults.kind
  const kind = indicatorKinds.find(one => one === kindText)
  if (kind === undefined) return `the kind "${kindText ?? ''}" is unknown: there are ${indicatorKinds.join(', ')}`
  const value = row['value'] ?? ''
  if (value.length < 3 || value.length > 500) return 'a value has 3 to 500 characters'
  const levelText = row['level']?.toLowerCase() || defaults.level
  const level = alertLevels.find(one => one === levelText)
  if (levelText !== undefined && level === undefined)
    return `the level "${levelText}" is unknown: there are ${alertLevels.join(', ')}`
  const expires = row['expires'] ? Date.parse(row['expires']) : undefined
  if (Number.isNaN(expires)) return `"${row['expires']}" is no date: write one such as 2027-01-31`
  const expiresAt = expires === undefined ? defaults.expiresAt : new Date(expires).toISOString()
  const note = row['note'] || defaults.note
  return {
    kind,
    value,
    ...(level === undefined ? {} : { level }),
    ...(note === undefined ? {} : { note: note.slice(0, 1_000) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/** Rows with their first line's number. Quoted cells may hold separators, doubled quotes and line ends. */
function* rowsOf(text: string): Generator<Row> {
  const source = text.replace(/^\ufeff/, '')
  const separator = /^[^\n"]*;/.test(source) && !/^[^\n";]*,/.test(source) ? ';' : ','
  let line = 1
  let at = 0
  while (at < source.length) {
    const start = line
    const cells: string[] = []
    let cell = ''
    let quoted = false
    for (; at < source.length; at++) {
      const letter = source[at] ?? ''
      if (letter === '\n') line++
      if (quoted) {
        if (letter !== '"') cell += letter
        else if (source[at + 1] === '"') cell += source[++at] ?? ''
        else quoted = false
      } else if (letter === '"' && cell.trim() === '') {
        quoted = true
        cell = ''
      } else if (letter === separator) {
        cells.push(cell.trim())
        cell = ''
      } else if (letter === '\n') break
      else cell += letter
    }
    at++
    cells.push(cell.trim())
    if (cells.some(one => one !== '') && cells[0]?.startsWith('#') !== true) yield { line: start, cells }
  }
}
