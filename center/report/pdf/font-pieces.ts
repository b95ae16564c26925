import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Language } from '../../../model/api/index.ts'

/** Noto Sans comes in pieces, each with the characters of some ranges. */
export interface FontPiece {
  readonly name: string
  readonly file: string
}

type Family = 'noto-sans' | 'noto-sans-sc' | 'noto-sans-jp'

/** Which family is asked first: Han characters look different in Chinese and Japanese. */
const order: Readonly<Record<Language, readonly Family[]>> = {
  en: ['noto-sans', 'noto-sans-sc', 'noto-sans-jp'],
  id: ['noto-sans', 'noto-sans-sc', 'noto-sans-jp'],
  zh: ['noto-sans', 'noto-sans-sc', 'noto-sans-jp'],
  ja: ['noto-sans', 'noto-sans-jp', 'noto-sans-sc'],
}

/** The pieces that say they have a character, the preferred one first. Whether it is drawn there only the piece itself tells. */
export function piecesFor(character: string, language: Language): FontPiece[] {
  const code = character.codePointAt(0) ?? 0
  return order[language].flatMap(family =>
    rangesOf(family)
      .filter(one => one.from <= code && code <= one.to)
      .map(one => one.piece),
  )
}

interface Range {
  readonly from: number
  readonly to: number
  readonly piece: FontPiece
}

const known = new Map<Family, readonly Range[]>()

function rangesOf(family: Family): readonly Range[] {
  const before = known.get(family)
  if (before !== undefined) return before
  const place = (path: string) => fileURLToPath(import.meta.resolve(`@fontsource-variable/${family}/${path}`))
  const listed = JSON.parse(readFileSync(place('unicode.json'), 'utf8')) as Record<string, string>
  const ranges = Object.entries(listed).flatMap(([subset, text]) => {
    // `[21]` is in the file with the number 21.
    const name = `${family}-${subset.replace(/[[\]]/g, '')}`
    const piece = { name, file: place(`files/${name}-wght-normal.woff2`) }
    return text.split(',').map(one => rangeOf(one, piece))
  })
  known.set(family, ranges)
  return ranges
}

/** `U+0300-0301`, `U+2116`. */
function rangeOf(text: string, piece: FontPiece): Range {
  const [from = '', to = from] = text.trim().replace(/^U\+/i, '').split('-')
  return { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), piece }
}
