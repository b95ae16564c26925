import type { Block, Line, ReportDocument } from '../blocks.ts'
import { onLight } from '../colours.ts'
import { drawingOf } from '../drawing.ts'
import { fill } from '../fill.ts'
import { charactersOf } from './characters.ts'
import { drawGraph, pageForGraph } from './draw-graph.ts'
import { drawTable, type TableCell } from './draw-table.ts'
import { bodySize, drawHeading, drawList, drawParagraph, drawValues, type Pen } from './draw-text.ts'
import { openFonts } from './fonts.ts'
import { setText } from './set-text.ts'
import { Sheet } from './sheet.ts'

/** The report as PDF, tagged, with its fonts. */
export async function drawPdf(document: ReportDocument): Promise<Buffer> {
  const fonts = await openFonts(document.language, charactersOf(document))
  const language = document.language === 'zh' ? 'zh-CN' : document.language
  const sheet = new Sheet({ title: `${document.report}: ${document.title}`, language, madeAt: document.madeAt, fonts })
  const pen: Pen = { sheet, fonts }
  drawHeading(pen, document.title, 1)
  drawBadges(pen, document)
  for (const { title, blocks } of document.sections) {
    const [first] = blocks
    if (first?.kind === 'graph') pageForGraph(pen, drawingOf(first.graph))
    drawHeading(pen, title, 2)
    for (const [place, block] of blocks.entries()) drawBlock(pen, block, blocks[place + 1])
  }
  return sheet.finish((page, pages, { left, right, bottom }) => {
    const write = (text: string, y: number, end: 'left' | 'right', width: number) => {
      const [line = []] = setText([{ text, manner: 'quiet' }], { size: 8, width }, fonts, sheet.measure)
      const last = line.at(-1)
      const wide = last === undefined ? 0 : last.x + sheet.measure(last.font, last.text, 8)
      sheet.text(line, end === 'left' ? left : right - wide, y, 8)
    }
    const half = (right - left) / 2
    write(document.footer, 26, 'left', half + 120)
    write(document.madeAt.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'), 26, 'right', half)
    write(fill(document.page, { page, pages }), bottom, 'right', half)
  })
}

function drawBadges(pen: Pen, { badges }: ReportDocument): void {
  const { sheet } = pen
  const line: Line = badges.flatMap((one, place) => [
    ...(place === 0 ? [] : [{ text: '   ', manner: 'plain' as const }]),
    { text: `${one.name}: `, manner: 'quiet' },
    one.value,
  ])
  drawParagraph(pen, line)
  sheet.decorate(doc =>
    doc
      .strokeColor(onLight.accent)
      .lineWidth(2)
      .moveTo(sheet.left, sheet.y + 2)
      .lineTo(sheet.left + sheet.width, sheet.y + 2)
      .stroke(),
  )
  sheet.y += bodySize
}

function drawBlock(pen: Pen, block: Block, next: Block | undefined): void {
  switch (block.kind) {
    case 'paragraph':
      return drawParagraph(pen, block.line, next?.kind === 'list' || next?.kind === 'table')
    case 'heading':
      return drawHeading(pen, block.text, 3)
    case 'list':
      return drawList(pen, block.items)
    case 'values':
      return drawValues(pen, block.rows)
    case 'table': {
      const rows = block.rows.map(row => row.map((line): TableCell => ({ line })))
      return drawTable(pen, { head: block.head, widths: block.widths, rows })
    }
    case 'tree': {
      const rows = block.items.map(({ depth, line, cells }): TableCell[] => [
        { line, indent: depth * 12 },
        ...cells.map(one => ({ line: one })),
      ])
      return drawTable(pen, { head: block.head, widths: block.widths, rows })
    }
    case 'graph':
      return drawGraph(pen, drawingOf(block.graph), block.alt)
  }
}
