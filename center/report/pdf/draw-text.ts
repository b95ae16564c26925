import type { Line } from '../blocks.ts'
import { lineOf } from '../blocks.ts'
import { type SetLine, setText } from './set-text.ts'
import type { Fonts } from './fonts.ts'
import type { Sheet } from './sheet.ts'

export interface Pen {
  readonly sheet: Sheet
  readonly fonts: Fonts
}

export const bodySize = 9.5
export const leading = 1.45

/** A heading keeps some room for what follows it. */
export function drawHeading({ sheet, fonts }: Pen, text: string, level: 1 | 2 | 3): void {
  const size = level === 1 ? 19 : level === 2 ? 13 : 11
  const lines = setText(lineOf(text), { size, width: sheet.width, bold: true }, fonts, sheet.measure)
  const before = level === 1 ? 0 : 16
  if (sheet.room < before + lines.length * size * 1.3 + 60) sheet.addPage()
  else if (level !== 1) sheet.y += before
  const element = sheet.element(`H${level}`)
  if (level === 2) sheet.outline(text)
  sheet.within(element, `H${level}`, () => {
    for (const line of lines) {
      sheet.text(line, sheet.left, sheet.y, size)
      sheet.y += size * 1.3
    }
  })
  element.end()
  sheet.y += level === 2 ? 5 : 3
}

/** `leads`: it belongs to what follows, and so does not stand alone at the foot of a page. */
export function drawParagraph(pen: Pen, line: Line, leads = false): void {
  const { sheet, fonts } = pen
  const lines = setText(line, { size: bodySize, width: sheet.width }, fonts, sheet.measure)
  if (leads && sheet.room < (lines.length + 3) * bodySize * leading) sheet.addPage()
  const element = sheet.element('P')
  drawLines(pen, lines, element, 'P', sheet.left)
  element.end()
  sheet.y += 4
}

export function drawList(pen: Pen, items: readonly Line[]): void {
  const { sheet, fonts } = pen
  const list = sheet.element('L')
  const bullet = setText(lineOf('•'), { size: bodySize, width: 20 }, fonts, sheet.measure)[0] ?? []
  for (const item of items) {
    const lines = setText(item, { size: bodySize, width: sheet.width - 14 }, fonts, sheet.measure)
    const element = sheet.element('LI', list)
    const body = sheet.element('LBody', element)
    if (sheet.room < bodySize * leading) sheet.addPage()
    sheet.decorate(() => sheet.text(bullet, sheet.left + 3, sheet.y, bodySize))
    drawLines(pen, lines, body, 'LBody', sheet.left + 14)
    body.end()
    element.end()
    sheet.y += 2
  }
  list.end()
  sheet.y += 3
}

export function drawValues(pen: Pen, rows: readonly (readonly [string, Line])[]): void {
  const { sheet, fonts } = pen
  const names = 120
  for (const [name, value] of rows) {
    const quiet: Line = [{ text: name, manner: 'quiet' }]
    const left = setText(quiet, { size: bodySize, width: names - 8 }, fonts, sheet.measure)
    const right = setText(value, { size: bodySize, width: sheet.width - names }, fonts, sheet.measure)
    const height = Math.max(left.length, right.length) * bodySize * leading
    if (sheet.room < Math.min(height, 200)) sheet.addPage()
    const element = sheet.element('P')
    const { y } = sheet
    sheet.within(element, 'P', () => {
      for (const [place, line] of left.entries()) sheet.text(line, sheet.left, y + place * bodySize * leading, bodySize)
    })
    drawLines(pen, right, element, 'P', sheet.left + names)
    sheet.y = Math.max(sheet.y, y + left.length * bodySize * leading)
    element.end()
    sheet.y += 1.5
  }
  sheet.y += 4
}

type Element = Parameters<Sheet['within']>[0]

function drawLines({ sheet }: Pen, lines: readonly SetLine[], element: Element, type: string, x: number): void {
  const height = bodySize * leading
  for (let first = 0; first < lines.length; ) {
    if (sheet.room < height) sheet.addPage()
    const fits = Math.max(1, Math.floor(sheet.room / height))
    const part = lines.slice(first, first + fits)
    sheet.within(element, type, () => {
      for (const line of part) {
        sheet.text(line, x, sheet.y, bodySize)
        sheet.y += height
      }
    })
    first += part.length
  }
}
