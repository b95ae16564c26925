import type { Line } from '../blocks.ts'
import { lineOf } from '../blocks.ts'
import { onLight } from '../colours.ts'
import type { Pen } from './draw-text.ts'
import { type SetLine, setText } from './set-text.ts'

const size = 8.5
const height = size * 1.42
const pad = { x: 5, y: 4 } as const

export interface TableCell {
  readonly line: Line
  /** Points from the left of the column. */
  readonly indent?: number
}

interface Table {
  readonly head: readonly string[]
  /** Shares of the whole. */
  readonly widths: readonly number[]
  readonly rows: readonly (readonly TableCell[])[]
}

/** A table whose head is repeated on each page. */
export function drawTable(pen: Pen, { head, widths, rows }: Table): void {
  const { sheet } = pen
  const whole = widths.reduce((sum, one) => sum + one, 0)
  const columns = widths.map(one => (one / whole) * sheet.width)
  const lefts = columns.map((_, place) => sheet.left + columns.slice(0, place).reduce((sum, one) => sum + one, 0))
  const set = (cells: readonly TableCell[], bold: boolean) =>
    cells.map(({ line, indent = 0 }, place) =>
      setText(line, { size, width: (columns[place] ?? 0) - 2 * pad.x - indent, bold }, pen.fonts, sheet.measure),
    )
  const headLines = set(
    head.map(one => ({ line: lineOf(one) })),
    true,
  )
  const headHeight = heightOf(headLines)
  const table = sheet.element('Table')
  const drawHead = (repeated: boolean) => {
    sheet.decorate(doc => doc.rect(sheet.left, sheet.y, sheet.width, headHeight).fill(onLight.soft))
    if (repeated) sheet.decorate(() => drawCells(pen, headLines, lefts))
    else drawRow(pen, table, 'TH', headLines, lefts)
    sheet.y += headHeight
  }
  if (sheet.room < headHeight + 3 * height) sheet.addPage()
  drawHead(false)
  for (const row of rows) {
    let lines = set(row, false)
    const indented = lefts.map((left, place) => left + (row[place]?.indent ?? 0))
    while (lines.some(one => one.length > 0)) {
      const most = Math.max(...lines.map(one => one.length))
      // A short row stays whole; a long one may be cut where some of it fits.
      const needed = most > 8 ? heightOf(lines.map(one => one.slice(0, 5))) : heightOf(lines)
      if (sheet.room < needed) {
        sheet.addPage()
        drawHead(true)
      }
      const room = Math.max(1, Math.floor((sheet.room - 2 * pad.y) / height))
      // Not one line alone on the next page.
      const fits = most > room && most - room < 3 ? Math.max(1, most - 3) : room
      const part = lines.map(one => one.slice(0, fits))
      drawRow(pen, table, 'TD', part, indented)
      sheet.y += heightOf(part)
      sheet.decorate(doc =>
        doc
          .strokeColor(onLight.line)
          .lineWidth(0.5)
          .moveTo(sheet.left, sheet.y)
          .lineTo(sheet.left + sheet.width, sheet.y)
          .stroke(),
      )
      lines = lines.map(one => one.slice(fits))
    }
  }
  table.end()
  sheet.y += 8
}

function heightOf(cells: readonly (readonly SetLine[])[]): number {
  return Math.max(...cells.map(one => one.length)) * height + 2 * pad.y
}

type Element = ReturnType<Pen['sheet']['element']>

function drawRow(
  pen: Pen,
  table: Element,
  type: 'TH' | 'TD',
  cells: readonly (readonly SetLine[])[],
  lefts: readonly number[],
): void {
  const { sheet } = pen
  const row = sheet.element('TR', table)
  for (const [place, lines] of cells.entries()) {
    const cell = sheet.element(type, row)
    sheet.within(cell, type, () => drawCell(pen, lines, lefts[place] ?? sheet.left))
    cell.end()
  }
  row.end()
}

function drawCells(pen: Pen, cells: readonly (readonly SetLine[])[], lefts: readonly number[]): void {
  for (const [place, lines] of cells.entries()) drawCell(pen, lines, lefts[place] ?? pen.sheet.left)
}

function drawCell({ sheet }: Pen, lines: readonly SetLine[], left: number): void {
  for (const [place, line] of lines.entries()) sheet.text(line, left + pad.x, sheet.y + pad.y + place * height, size)
}
