import type { Line, Piece, ReportDocument } from '../blocks.ts'
import { seenText } from '../seen-text.ts'
import type { Weight } from './fonts.ts'
import { weightOf } from './set-text.ts'

/** The characters that a document is written with, for each weight. */
export function charactersOf(document: ReportDocument): Record<Weight, Set<string>> {
  const used: Record<Weight, Set<string>> = { regular: new Set(), bold: new Set() }
  const add = (text: string, weight: Weight) => {
    for (const character of seenText(text)) used[weight].add(character)
  }
  const addPiece = (piece: Piece) => add(piece.text, weightOf(piece.manner))
  const addLine = (line: Line) => {
    for (const one of line) if (one !== 'break') addPiece(one)
  }
  add(document.title, 'bold')
  add(`${document.footer}${document.page}•…`, 'regular')
  for (const { name, value } of document.badges) {
    add(name, 'regular')
    addPiece(value)
  }
  for (const { title, blocks } of document.sections) {
    add(title, 'bold')
    for (const block of blocks) {
      if (block.kind === 'paragraph') addLine(block.line)
      if (block.kind === 'heading') add(block.text, 'bold')
      if (block.kind === 'list') for (const one of block.items) addLine(one)
      if (block.kind === 'values')
        for (const [name, value] of block.rows) {
          add(name, 'regular')
          addLine(value)
        }
      if (block.kind === 'table' || block.kind === 'tree') for (const one of block.head) add(one, 'bold')
      if (block.kind === 'table') for (const row of block.rows) for (const one of row) addLine(one)
      if (block.kind === 'tree')
        for (const one of block.items) for (const line of [one.line, ...one.cells]) addLine(line)
      if (block.kind === 'graph') {
        for (const one of block.graph.nodes) add(`${one.kind}${one.label}`, 'regular')
        for (const one of block.graph.edges) add(one.reason, 'regular')
      }
    }
  }
  return used
}
