import { readFile } from 'node:fs/promises'
import subsetFont from 'subset-font'
import type { Language } from '../../../model/api/index.ts'
import { named } from '../seen-text.ts'
import { charactersIn } from './character-map.ts'
import { type FontPiece, piecesFor } from './font-pieces.ts'

export type Weight = 'regular' | 'bold'
const weights: Readonly<Record<Weight, number>> = { regular: 400, bold: 650 }

/** Text in one font. */
export interface Run {
  readonly font: string
  readonly text: string
}

export interface Fonts {
  /** TrueType files by name, cut to the characters of this document. */
  readonly files: ReadonlyMap<string, Buffer>
  /** A character that no font has is named, as `[U+0E01]`. */
  runsOf(text: string, weight: Weight): Run[]
}

const always = Array.from({ length: 95 }, (_, place) => String.fromCharCode(32 + place))

/** The fonts for these characters: for each the first piece that truly draws it. */
export async function openFonts(
  language: Language,
  used: Readonly<Record<Weight, ReadonlySet<string>>>,
): Promise<Fonts> {
  const files = new Map<string, Buffer>()
  const regular = await fontsOf(language, 'regular', used.regular, files)
  const bold = await fontsOf(language, 'bold', used.bold, files)
  const fontOf = { regular, bold }
  return { files, runsOf: (text, weight) => runsOf(text, fontOf[weight]) }
}

async function fontsOf(
  language: Language,
  weight: Weight,
  used: ReadonlySet<string>,
  files: Map<string, Buffer>,
): Promise<ReadonlyMap<string, string>> {
  const fonts = new Map<string, string>()
  const refused = new Map<string, number>()
  for (let wanted = [...new Set([...always, ...used])]; wanted.length > 0; ) {
    const byPiece = new Map<string, { piece: FontPiece; characters: string[] }>()
    for (const character of wanted) {
      const piece = piecesFor(character, language)[refused.get(character) ?? 0]
      if (piece === undefined) continue
      const entry = byPiece.get(piece.name) ?? { piece, characters: [] }
      entry.characters.push(character)
      byPiece.set(piece.name, entry)
    }
    wanted = []
    for (const { piece, characters } of byPiece.values()) {
      // A second file of the same piece where characters came back to it from another.
      const name = `${piece.name}-${weight}${files.has(`${piece.name}-${weight}`) ? `-${files.size}` : ''}`
      const file = await cutFont(piece, characters, weight)
      const drawn = charactersIn(file)
      const has = characters.filter(one => drawn.has(one.codePointAt(0) ?? 0))
      if (has.length > 0) files.set(name, file)
      for (const one of has) fonts.set(one, name)
      for (const one of characters) {
        if (fonts.has(one)) continue
        refused.set(one, (refused.get(one) ?? 0) + 1)
        wanted.push(one)
      }
    }
  }
  return fonts
}

async function cutFont({ file }: FontPiece, characters: readonly string[], weight: Weight): Promise<Buffer> {
  const axes = { wght: weights[weight] }
  return subsetFont(await readFile(file), characters.join(''), { targetFormat: 'truetype', variationAxes: axes })
}

function runsOf(text: string, fonts: ReadonlyMap<string, string>): Run[] {
  const runs: { font: string; text: string }[] = []
  const add = (font: string, character: string) => {
    const last = runs.at(-1)
    if (last?.font === font) last.text += character
    else runs.push({ font, text: character })
  }
  for (const character of text) {
    const font = fonts.get(character)
    if (font !== undefined) add(font, character)
    else for (const one of named(character)) add(fonts.get(one) ?? '', one)
  }
  return runs
}
