import { normalAddress } from '../address.ts'
import { normalDomain } from '../domain.ts'
import { columnsChosen, columnsNamed, type Columns, type ColumnUse, listsOrdinaryFiles } from './columns.ts'
import { CsvRows, cellsOf, type Row } from './csv.ts'
import type { Sink } from './sink.ts'
import { WrongListError } from './wrong-list-error.ts'

/** How a list is written, where it cannot be seen from itself. */
export interface TableChoice {
  readonly columns?: readonly (readonly [ColumnUse, string])[] | undefined
  readonly delimiter?: string | undefined
}

/**
 * Reads a list line by line: a table (CSV, with or without names of columns), or one value on each line, with remarks. What kind it is
 * shows the first line that holds something.
 */
export class TableReader {
  readonly #sink: Sink
  readonly #choice: TableChoice
  #rows: CsvRows | undefined
  #columns: Columns | undefined
  #plain = false
  #line = 0
  /** Some tables have the names of their columns in a remark. */
  #remark: readonly string[] | undefined

  constructor(sink: Sink, choice: TableChoice = {}) {
    this.#sink = sink
    this.#choice = choice
  }

  push(raw: string): void {
    this.#line++
    const text = this.#line === 1 ? raw.replace(/^\ufeff/, '') : raw
    if (this.#rows === undefined && !this.#plain) {
      if (this.#isRemark(text)) return
      this.#begin(text)
      if (this.#rows === undefined && !this.#plain) return
    }
    if (this.#plain) this.#takeLine(text)
    else this.#takeRow(this.#rows?.push(text, this.#line))
  }

  end(): void {
    this.#takeRow(this.#rows?.end())
  }

  #isRemark(text: string): boolean {
    const trimmed = text.trim()
    if (trimmed === '') return true
    if (!/^[#;!]|^\/\//.test(trimmed)) return false
    const bare = trimmed.replace(/^[#;!/\s]+/, '')
    const cells = cellsOf(bare, this.#choice.delimiter ?? separatorOf(bare) ?? ',') ?? []
    if (cells.length > 1 && columnsNamed(cells) !== undefined) this.#remark = cells
    return true
  }

  /** With the first line that is no remark it is known what kind of list it is; where that names columns, it is used up. */
  #begin(text: string): void {
    const separator = this.#choice.delimiter ?? separatorOf(text)
    const cells = separator === undefined ? [text.trim()] : (cellsOf(text, separator) ?? [])
    if (this.#choice.columns !== undefined) {
      const byName = this.#choice.columns.some(([, name]) => !/^\d+$/.test(name))
      const header = this.#remark ?? (byName ? cells : undefined)
      this.#columns = columnsChosen(this.#choice.columns, header)
      this.#rows = new CsvRows(separator ?? ',')
      if (byName && this.#remark === undefined) this.#skipFirst = true
      return
    }
    if (listsOrdinaryFiles(this.#remark ?? cells))
      throw new WrongListError(
        'this is a table of the files of ordinary programs (National Software Reference Library): every one of them would be accused. If the hashes in it are bad ones, name the column: --column sha1=SHA-1',
      )
    const named = this.#remark === undefined ? columnsNamed(cells) : undefined
    if (named !== undefined && (cells.length > 1 || isHeading(cells[0] ?? ''))) {
      this.#columns = named
      this.#rows = new CsvRows(separator ?? ',')
      this.#skipFirst = true
      return
    }
    if (this.#remark !== undefined) this.#columns = columnsNamed(this.#remark)
    if (separator !== undefined && this.#columns === undefined) this.#columns = usualColumns(cells)
    if (separator === undefined || this.#columns === undefined) this.#plain = true
    else this.#rows = new CsvRows(separator)
  }

  #skipFirst = false

  #takeRow(row: Row | undefined): void {
    if (row === undefined || this.#columns === undefined) return
    if (this.#skipFirst) {
      this.#skipFirst = false
      return
    }
    const { cells, line } = row
    if (cells.every(cell => cell === '') || /^[#;!]/.test(cells[0] ?? '')) return
    const cell = (at: number | undefined) => (at === undefined ? undefined : cells[at] || undefined)
    const { values, type, date, confidence, expires, about } = this.#columns
    for (const one of values) {
      const value = cell(one.at)
      if (value === undefined) {
        if (values.length === 1) this.#sink.leave('a row without a value', `line ${line}`, cells.join(' '))
        continue
      }
      this.#sink.take({
        place: `line ${line}`,
        value,
        type: one.type ?? cell(type),
        date: cell(date),
        confidence: cell(confidence),
        expires: cell(expires),
        about: cell(about),
      })
    }
  }

  /** `value`, `value # remark`, `hash  file name` as md5sum writes it, `0.0.0.0 name` as block lists for /etc/hosts have it, `||name^`. */
  #takeLine(text: string): void {
    const bare = text.replace(/(?:^|\s)[#;!].*$|^\s*\/\/.*$/, '').trim()
    if (bare === '') return
    const [first = '', ...rest] = bare.split(/\s+/)
    const place = `line ${this.#line}`
    const nowhere = rest.length > 0 && /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)$/.test(normalAddress(first) ?? '')
    if (nowhere) {
      for (const name of rest)
        if (normalDomain(name) !== undefined) this.#sink.take({ place, value: name, type: 'domain' })
      return
    }
    const remark = /(?:^|\s)[#;!]\s*(.*)$/.exec(text)?.[1]
    const about = [rest.join(' ').replace(/^\*/, ''), remark].filter(Boolean).join(' ')
    this.#sink.take({
      place,
      value: first
        .replace(/^\|\|/, '')
        .replace(/\^$/, '')
        .replace(/^"|",?$/g, ''),
      about,
    })
  }
}

/** The first of these that splits the line; blanks split nothing, because values stand before remarks. */
function separatorOf(text: string): string | undefined {
  // The beginning tells; lines of lists may be as long as their makers like.
  const bare = text.slice(0, 2_048).replaceAll(/"[^"]*"/g, '')
  return [',', ';', '\t', '|'].find(sign => bare.includes(sign) && !bare.startsWith('||'))
}

/** A list with one column may say so in its first line. */
function isHeading(cell: string): boolean {
  return !/\d/.test(cell) || /^(?:md5|sha-?1|sha-?256|ipv[46])/i.test(cell)
}

/** As the center writes them: `kind,value,level,note,expires`, or the value first. */
function usualColumns(cells: readonly string[]): Columns {
  const saysType = /^(?:hash|md5|sha-?1|sha-?256|address|ip|domain|wallet|key|fingerprint|url)$/i.test(cells[0] ?? '')
  return saysType
    ? { values: [{ at: 1, type: undefined }], type: 0, about: 3, expires: 4 }
    : { values: [{ at: 0, type: undefined }], about: cells.length > 1 ? 1 : undefined }
}
