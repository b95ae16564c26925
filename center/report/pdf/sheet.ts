import PDFDocument from 'pdfkit'
import { onLight } from '../colours.ts'
import type { Fonts } from './fonts.ts'
import type { Measure, SetLine } from './set-text.ts'

type Element = PDFKit.PDFStructureElement

/** Points: A4 has 595 × 842. */
export const margin = { side: 48, top: 62, bottom: 56 } as const

export type PaperSize = 'A4' | 'A3'
export type Layout = 'portrait' | 'landscape'
const papers: Readonly<Record<PaperSize, readonly [short: number, long: number]>> = {
  A4: [595.28, 841.89],
  A3: [841.89, 1190.55],
}

export interface SheetOptions {
  readonly title: string
  readonly language: string
  readonly madeAt: Date
  readonly fonts: Fonts
}

/** Pages with a place at which the next thing is written, and the structure that readers aloud follow. */
export class Sheet {
  readonly measure: Measure
  /** Where the next thing begins, from the top. */
  y: number = margin.top
  readonly #doc: PDFKit.PDFDocument
  readonly #root: Element
  readonly #widths = new Map<string, number>()

  constructor({ title, language, madeAt, fonts }: SheetOptions) {
    this.#doc = new PDFDocument({
      size: 'A4',
      // The fonts that come with pdfkit are not embedded.
      font: '',
      margin: 0,
      pdfVersion: '1.7',
      tagged: true,
      displayTitle: true,
      lang: language,
      bufferPages: true,
      info: { Title: title, Producer: 'Davylamp', Creator: 'Davylamp', CreationDate: madeAt, ModDate: madeAt },
    })
    for (const [name, file] of fonts.files) this.#doc.registerFont(name, file)
    this.#root = this.#doc.struct('Document')
    this.#doc.addStructure(this.#root)
    this.measure = (font, text, size) => this.#widthOf(font, text) * size
  }

  get left(): number {
    return margin.side
  }

  get width(): number {
    return this.#doc.page.width - 2 * margin.side
  }

  get bottom(): number {
    return this.#doc.page.height - margin.bottom
  }

  get pages(): number {
    return this.#doc.bufferedPageRange().count
  }

  /** Room that is left on this page. */
  get room(): number {
    return this.bottom - this.y
  }

  /** Width and height that an empty page has for what is written. */
  roomOn(size: PaperSize, layout: Layout): [width: number, height: number] {
    const [short, long] = papers[size]
    const [width, height] = layout === 'portrait' ? [short, long] : [long, short]
    return [width - 2 * margin.side, height - margin.top - margin.bottom]
  }

  /** This page is as most are. */
  get usual(): boolean {
    return Math.abs(this.#doc.page.width - papers.A4[0]) < 1
  }

  addPage(size: PaperSize = 'A4', layout: Layout = 'portrait'): void {
    this.#doc.addPage({ size, layout, margin: 0 })
    this.y = margin.top
  }

  element(type: string, parent: Element = this.#root, options: { readonly alt?: string } = {}): Element {
    const made = this.#doc.struct(type, options)
    parent.add(made)
    return made
  }

  /** Draws on this page what belongs to an element; the drawing must not leave the page. */
  within(element: Element, type: string, draw: () => void): void {
    element.add(this.#doc.markStructureContent(type))
    draw()
    this.#doc.endMarkedContent()
  }

  /** What only decorates: lines, grounds, heads that are repeated. */
  decorate(draw: (doc: PDFKit.PDFDocument) => void): void {
    this.#doc.markContent('Artifact', { type: 'Layout' })
    draw(this.#doc)
    this.#doc.endMarkedContent()
  }

  draw(draw: (doc: PDFKit.PDFDocument) => void): void {
    draw(this.#doc)
  }

  outline(title: string): void {
    this.#doc.outline.addItem(title)
  }

  /** The baseline of the line is `size` below `y`. */
  text(line: SetLine, x: number, y: number, size: number): void {
    let open: { font: string; colour: string; text: string; x: number } | undefined
    let end = 0
    const write = () => {
      if (open === undefined) return
      this.#doc.font(open.font).fontSize(size).fillColor(open.colour)
      this.#doc.text(open.text, x + open.x, y + size, { lineBreak: false, baseline: 'alphabetic', features: [] })
    }
    for (const run of line) {
      const joined = open !== undefined && open.font === run.font && open.colour === run.colour
      if (open !== undefined && joined && Math.abs(run.x - end) < 0.01) open.text += run.text
      else {
        write()
        open = { ...run }
      }
      end = run.x + this.measure(run.font, run.text, size)
    }
    write()
  }

  /** Head and foot of all pages, once their number is known; then the bytes. */
  async finish(edge: (page: number, pages: number, sheet: PageEdge) => void): Promise<Buffer> {
    const { count } = this.#doc.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(page)
      this.#doc.markContent('Artifact', { type: 'Pagination' })
      const { width, height } = this.#doc.page
      edge(page + 1, count, { left: margin.side, right: width - margin.side, bottom: height - margin.bottom / 2 })
      this.#doc.strokeColor(onLight.line).lineWidth(0.5)
      this.#doc
        .moveTo(margin.side, margin.top - 18)
        .lineTo(width - margin.side, margin.top - 18)
        .stroke()
      this.#doc.endMarkedContent()
    }
    this.#root.end()
    const chunks: Buffer[] = []
    this.#doc.end()
    for await (const chunk of this.#doc) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  #widthOf(font: string, text: string): number {
    const key = `${font} ${text}`
    const known = this.#widths.get(key)
    if (known !== undefined) return known
    const width = this.#doc.font(font).fontSize(1_000).widthOfString(text, { features: [] }) / 1_000
    this.#widths.set(key, width)
    return width
  }
}

export interface PageEdge {
  readonly left: number
  readonly right: number
  readonly bottom: number
}
