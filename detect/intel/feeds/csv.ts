/** A row with the number of its first line. */
export interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

const longestRow = 65_536

/**
 * Splits lines into cells (RFC 4180): a quoted cell may hold separators, doubled quotes and ends of lines. A row longer than 64 KiB
 * ends there, so that one lost quote does not swallow a file.
 */
export class CsvRows {
  readonly #separator: string
  #open = ''
  #start = 0

  constructor(separator: string) {
    this.#separator = separator
  }

  /** The row that ends with this line; undefined while a quoted cell goes on. */
  push(text: string, line: number): Row | undefined {
    if (this.#open === '') this.#start = line
    const whole = this.#open === '' ? text : `${this.#open}\n${text}`
    const cells = cellsOf(whole, this.#separator)
    if (cells === undefined && whole.length < longestRow) {
      this.#open = whole
      return undefined
    }
    this.#open = ''
    return { line: this.#start, cells: cells ?? whole.replaceAll('"', '').split(this.#separator) }
  }

  /** What is left when the file ends inside of quotes. */
  end(): Row | undefined {
    if (this.#open === '') return undefined
    const cells = this.#open.replaceAll('"', '').split('\n')[0]?.split(this.#separator) ?? []
    this.#open = ''
    return { line: this.#start, cells }
  }
}

/** Undefined where a quote is left open. */
export function cellsOf(text: string, separator: string): string[] | undefined {
  if (!text.includes('"')) return text.split(separator).map(cell => cell.trim())
  const cells: string[] = []
  for (let at = 0; at <= text.length; at++) {
    let start = at
    while (text[start] === ' ') start++
    if (text[start] !== '"') {
      const end = text.indexOf(separator, at)
      cells.push(text.slice(at, end < 0 ? text.length : end).trim())
      at = end < 0 ? text.length : end
      continue
    }
    let cell = ''
    let from = start + 1
    for (;;) {
      const quote = text.indexOf('"', from)
      if (quote < 0) return undefined
      cell += text.slice(from, quote)
      from = quote + 1
      if (text[from] !== '"') break
      cell += '"'
      from++
    }
    cells.push(cell.trim())
    const end = text.indexOf(separator, from)
    at = end < 0 ? text.length : end
  }
  return cells
}
