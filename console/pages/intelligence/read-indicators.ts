import { alertLevels } from '../../../model/api/index.ts'
import { readCsv } from './csv.ts'
import { guessKind, type IndicatorKind, indicatorKinds, isOfKind, refang } from './indicator-kind.ts'
import { stixIndicators } from './stix.ts'

export interface ReadIndicator {
  readonly kind: IndicatorKind
  readonly value: string
  readonly level?: (typeof alertLevels)[number]
  readonly note?: string
  /** RFC 3339. */
  readonly expiresAt?: string
}

export interface ReadProblem {
  /** The line, or the id of a STIX object. */
  readonly place: string
  readonly value: string
  readonly what: 'kind' | 'not-kind' | 'url' | 'network' | 'ended' | 'pattern' | 'level' | 'time' | 'stix'
}

export interface ReadIndicators {
  /** Each value of a kind once. */
  readonly items: readonly ReadIndicator[]
  readonly problems: readonly ReadProblem[]
}

/** What one entry says of itself, still as text. */
export interface RawIndicator {
  readonly place: string
  readonly value: string
  readonly kind?: string | undefined
  readonly level?: string | undefined
  readonly note?: string | undefined
  readonly expires?: string | undefined
}

/**
 * Reads what was pasted or lies in a file: a STIX 2.1 bundle (JSON), CSV, or one value on each line. CSV may have a heading that names
 * its columns; without one they are value, kind, level, note, expires. Lines that begin with # are left out.
 */
export function readIndicators(text: string, now: Date): ReadIndicators {
  const trimmed = text.trim()
  const { raw, problems } = trimmed.startsWith('{') ? stixIndicators(trimmed) : { raw: fromLines(text), problems: [] }
  const items = new Map<string, ReadIndicator>()
  const wrong: ReadProblem[] = [...problems]
  for (const one of raw) {
    const read = judged(one, now)
    if ('what' in read) wrong.push(read)
    else items.set(`${read.kind} ${read.value.toLowerCase()}`, read)
  }
  return { items: [...items.values()], problems: wrong }
}

function judged(raw: RawIndicator, now: Date): ReadIndicator | ReadProblem {
  const value = refang(raw.value)
  const problem = (what: ReadProblem['what']): ReadProblem => ({
    place: raw.place,
    value: raw.value.slice(0, 200),
    what,
  })
  const said = raw.kind === undefined || raw.kind === '' ? undefined : kindNamed(raw.kind)
  if (/^[a-z]+:\/\//i.test(value)) return problem('url')
  if (/^[\d.:a-f]+\/\d{1,3}$/i.test(value)) return problem('network')
  const kind = said ?? guessKind(value)
  if (kind === undefined) return problem('kind')
  if (!isOfKind(kind, value)) return problem('not-kind')
  const level = alertLevels.find(one => one === raw.level?.toLowerCase())
  if (raw.level !== undefined && raw.level !== '' && level === undefined) return problem('level')
  const ends = raw.expires === undefined || raw.expires === '' ? undefined : new Date(raw.expires)
  if (ends !== undefined && Number.isNaN(ends.getTime())) return problem('time')
  if (ends !== undefined && ends <= now) return problem('ended')
  const note = raw.note?.trim().slice(0, 1_000)
  return {
    kind,
    value,
    ...(level === undefined ? {} : { level }),
    ...(note === undefined || note === '' ? {} : { note }),
    ...(ends === undefined ? {} : { expiresAt: ends.toISOString() }),
  }
}

/** Words that lists in the wild use for our kinds. */
const kindWords: Readonly<Record<string, IndicatorKind>> = {
  md5: 'hash',
  sha1: 'hash',
  'sha-1': 'hash',
  sha256: 'hash',
  'sha-256': 'hash',
  filehash: 'hash',
  'file-hash': 'hash',
  ip: 'address',
  ipv4: 'address',
  ipv6: 'address',
  'ipv4-addr': 'address',
  'ipv6-addr': 'address',
  hostname: 'domain',
  'domain-name': 'domain',
  'filehash-md5': 'hash',
  'filehash-sha1': 'hash',
  'filehash-sha256': 'hash',
}

function kindNamed(text: string): IndicatorKind | undefined {
  const word = text.trim().toLowerCase()
  return indicatorKinds.find(one => one === word) ?? kindWords[word]
}

const columns = ['value', 'kind', 'level', 'note', 'expires'] as const
type ColumnName = (typeof columns)[number]
const columnWords: Readonly<Record<string, ColumnName>> = {
  value: 'value',
  indicator: 'value',
  ioc: 'value',
  kind: 'kind',
  type: 'kind',
  level: 'level',
  severity: 'level',
  note: 'note',
  description: 'note',
  comment: 'note',
  expires: 'expires',
  expiresat: 'expires',
  valid_until: 'expires',
}

function fromLines(text: string): readonly RawIndicator[] {
  const rows = readCsv(text).filter(({ cells }) => cells.some(cell => cell.trim() !== ''))
  const [first] = rows
  const named = first?.cells.map(cell => columnWords[cell.trim().toLowerCase()]) ?? []
  const headed = named.includes('value')
  const order: readonly (ColumnName | undefined)[] = headed ? named : columns
  return rows.slice(headed ? 1 : 0).flatMap(({ line, cells }) => {
    const cell = (name: ColumnName) => cells[order.indexOf(name)]?.trim()
    const value = cell('value') ?? ''
    if (value === '' || value.startsWith('#')) return []
    return [
      {
        place: String(line),
        value,
        kind: cell('kind'),
        level: cell('level'),
        note: cell('note'),
        expires: cell('expires'),
      },
    ]
  })
}
