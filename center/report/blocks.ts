import type { AlertStory, Language } from '../../model/api/index.ts'
import type { Level } from '../../model/index.ts'

/** What a piece of text is, not how it looks: each form of the report has its own looks. */
export type Manner = 'plain' | 'strong' | 'quiet' | 'code' | 'good' | 'bad' | `level-${Level}`

export interface Piece {
  readonly text: string
  readonly manner: Manner
}

/** A paragraph or cell. A break between two lines is a piece of its own. */
export type Line = readonly (Piece | 'break')[]

export type Block =
  | { readonly kind: 'paragraph'; readonly line: Line }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  /** Names with their values. */
  | { readonly kind: 'values'; readonly rows: readonly (readonly [name: string, value: Line])[] }
  /** `widths`: shares of the whole. */
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly widths: readonly number[]
      readonly rows: readonly (readonly Line[])[]
    }
  | {
      readonly kind: 'tree'
      readonly head: readonly string[]
      readonly widths: readonly number[]
      readonly items: readonly { readonly depth: number; readonly line: Line; readonly cells: readonly Line[] }[]
    }
  | { readonly kind: 'graph'; readonly graph: AlertStory['graph']; readonly alt: string }

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
}

/** A report without its form: the HTML and the PDF say the same because both are made from this. */
export interface ReportDocument {
  readonly language: Language
  readonly report: string
  readonly title: string
  /** Host, verdict, level, status: what stands below the title. */
  readonly badges: readonly { readonly name: string; readonly value: Piece }[]
  readonly sections: readonly Section[]
  /** `Page {page} of {pages}`. */
  readonly page: string
  readonly footer: string
  readonly madeAt: Date
}

export const plain = (text: string): Piece => ({ text, manner: 'plain' })
export const quiet = (text: string): Piece => ({ text, manner: 'quiet' })
export const strong = (text: string): Piece => ({ text, manner: 'strong' })
export const code = (text: string): Piece => ({ text, manner: 'code' })
export const lineOf = (text: string): Line => [plain(text)]
