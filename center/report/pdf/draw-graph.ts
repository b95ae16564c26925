import type { Line } from '../blocks.ts'
import { levelOnLight, onLight } from '../colours.ts'
import { type Drawing, type DrawnBox, drawnFonts } from '../drawing.ts'
import type { Pen } from './draw-text.ts'
import { setText } from './set-text.ts'

/** Below this the labels are smaller than 6 points: a larger sheet is taken then. */
const smallest = 0.46
const largest = 0.75
const headingRoom = 40

/** A page on which the drawing can be read, with room for its heading: this one, else a new one, one across, or one of A3. */
export function pageForGraph({ sheet }: Pen, drawing: Drawing): void {
  const readable = (width: number, height: number) =>
    Math.min(width / drawing.width, (height - headingRoom) / drawing.height, largest) >= smallest
  if (readable(sheet.width, sheet.room)) return
  const layout = drawing.width > drawing.height * 1.1 ? 'landscape' : 'portrait'
  if (readable(...sheet.roomOn('A4', 'portrait'))) sheet.addPage()
  else if (readable(...sheet.roomOn('A4', layout))) sheet.addPage('A4', layout)
  else sheet.addPage('A3', layout)
}

/** The drawing as lines and text, as large as the page allows. */
export function drawGraph(pen: Pen, drawing: Drawing, alt: string): void {
  const { sheet } = pen
  const scale = Math.min(sheet.width / drawing.width, sheet.room / drawing.height, largest)
  const element = sheet.element('Figure', undefined, { alt })
  const [x, y] = [sheet.left + (sheet.width - drawing.width * scale) / 2, sheet.y]
  sheet.within(element, 'Figure', () => drawShapes(pen, drawing, { x, y, scale }))
  element.end()
  sheet.y += drawing.height * scale + 8
  if (!sheet.usual) sheet.addPage()
}

interface Place {
  readonly x: number
  readonly y: number
  readonly scale: number
}

function drawShapes(pen: Pen, { lines, notes, boxes }: Drawing, place: Place): void {
  const { x, y, scale } = place
  const at = (point: { x: number; y: number }): [number, number] => [x + point.x * scale, y + point.y * scale]
  pen.sheet.draw(doc => {
    doc.lineWidth(1.2 * scale)
    for (const { points, head } of lines) {
      const [first, ...rest] = points
      if (first === undefined) continue
      doc.strokeColor(onLight.quiet).moveTo(...at(first))
      for (const one of rest) doc.lineTo(...at(one))
      doc.stroke()
      if (head.length > 2) doc.polygon(...head.map(at)).fill(onLight.quiet)
    }
    for (const one of notes) {
      doc.rect(...at({ x: one.x - one.width / 2, y: one.y - 8 }), one.width * scale, 15 * scale).fill('#ffffff')
      centred(pen, [{ text: one.text, manner: 'quiet' }], ...at({ x: one.x, y: one.y + 4 }), drawnFonts.note * scale)
    }
    for (const one of boxes) drawBox(pen, doc, one, place)
  })
}

function drawBox(pen: Pen, doc: PDFKit.PDFDocument, box: DrawnBox, { x, y, scale }: Place): void {
  const [left, top] = [x + box.x * scale, y + box.y * scale]
  const stroke = box.level === undefined ? onLight.quiet : levelOnLight[box.level]
  doc.lineWidth((box.member ? 2 : 1.2) * scale)
  if (!box.member) doc.dash(5 * scale, { space: 3 * scale })
  doc.roundedRect(left, top, box.width * scale, box.height * scale, 6 * scale)
  doc.fillAndStroke(box.member ? onLight.soft : '#ffffff', stroke)
  if (!box.member) doc.undash()
  const middle = left + (box.width * scale) / 2
  const most = (box.width - 6) * scale
  centred(pen, [{ text: box.kind, manner: 'quiet' }], middle, top + 17 * scale, drawnFonts.kind * scale, most)
  centred(pen, [{ text: box.label, manner: 'plain' }], middle, top + 35 * scale, drawnFonts.label * scale, most)
}

function centred(pen: Pen, line: Line, middle: number, baseline: number, size: number, most = 10_000): void {
  const { sheet, fonts } = pen
  const [set = []] = setText(line, { size, width: most }, fonts, sheet.measure)
  const last = set.at(-1)
  const width = last === undefined ? 0 : last.x + sheet.measure(last.font, last.text, size)
  sheet.text(set, middle - width / 2, baseline - size, size)
}
