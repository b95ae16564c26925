export interface CsvRow {
  /** On which line it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** RFC 4180: cells between commas or semicolons (or tabs), in quotes when they hold one. Nothing is refused: what is open ends with the text. */
export function readCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let begun = 1
  const endCell = () => {
    cells.push(cell)
    cell = ''
  }
  const endRow = () => {
    endCell()
    rows.push({ line: begun, cells })
    cells = []
  }
  for (let place = 0; place < text.length; place++) {
    const character = text[place] ?? ''
    if (character === '\n') line++
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[place + 1] === '"') {
        cell += '"'
        place++
      } else quoted = false
    } else if (character === '"' && cell === '') quoted = true
    else if (character === ',' || character === ';' || character === '\t') endCell()
    else if (character === '\n') {
      endRow()
      begun = line
    } else if (character !== '\r') cell += character
  }
  if (cell !== '' || cells.length > 0) endRow()
  return rows
}
