import type { Line, Manner } from '../blocks.ts'
import { levelOnLight, onLight } from '../colours.ts'
import { seenText } from '../seen-text.ts'
import type { Fonts, Run, Weight } from './fonts.ts'

/** How wide a run is at a size, in points. */
export type Measure = (font: string, text: string, size: number) => number

export interface SetRun extends Run {
  /** From the left of the line. */
  readonly x: number
  readonly colour: string
}

/** One line of text with its runs in their places. */
export type SetLine = readonly SetRun[]

export interface TextStyle {
  readonly size: number
  readonly width: number
  /** All of it. */
  readonly bold?: boolean
}

interface Word {
  readonly runs: readonly (Run & { width: number })[]
  readonly width: number
  readonly colour: string
  /** Of the blank after it, which a line may end with. */
  readonly blank: number
}

export function weightOf(manner: Manner): Weight {
  return manner === 'plain' || manner === 'quiet' || manner === 'code' ? 'regular' : 'bold'
}

export function colourOf(manner: Manner): string {
  switch (manner) {
    case 'quiet':
    case 'good':
    case 'bad':
      return onLight[manner]
    case 'plain':
    case 'strong':
    case 'code':
      return onLight.text
    case 'level-informational':
      return levelOnLight.informational
    case 'level-low':
      return levelOnLight.low
    case 'level-medium':
      return levelOnLight.medium
    case 'level-high':
      return levelOnLight.high
    case 'level-critical':
      return levelOnLight.critical
  }
}

/** Breaks text into lines: between words, between ideographs, and inside of what is wider than a line. */
export function setText(line: Line, style: TextStyle, fonts: Fonts, measure: Measure): SetLine[] {
  const lines: SetLine[] = []
  let current: SetRun[] = []
  let x = 0
  const end = () => {
    lines.push(current)
    current = []
    x = 0
  }
  for (const piece of line) {
    if (piece === 'break') {
      end()
      continue
    }
    const weight = style.bold === true ? 'bold' : weightOf(piece.manner)
    for (const word of wordsOf(seenText(piece.text), colourOf(piece.manner), weight, style, fonts, measure)) {
      if (x > 0 && x + word.width > style.width + 0.01) end()
      for (const run of word.runs) {
        current.push({ font: run.font, text: run.text, x, colour: word.colour })
        x += run.width
      }
      x += word.blank
    }
  }
  if (current.length > 0 || lines.length === 0) end()
  return lines
}

/** Where the last thing on a line may not stand: after a mark that opens. */
const opening = '([{（「『【《〈“‘'
/** What a line may not begin with. */
const closing = ')]}）」』】》〉”’、。，．！？：；…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%'
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u

/** What stays together, each with the blanks behind it. */
export function partsOf(text: string): { text: string; blanks: string }[] {
  const parts: { text: string; blanks: string }[] = []
  let open = ''
  let before = ''
  for (const character of text) {
    const last = parts.at(-1)
    if (character === ' ') {
      if (open !== '') {
        parts.push({ text: open, blanks: ' ' })
        open = ''
      } else if (last === undefined) parts.push({ text: '', blanks: ' ' })
      else last.blanks += ' '
    } else if (open !== '' && mayBreak(before, character)) {
      parts.push({ text: open, blanks: '' })
      open = character
    } else open += character
    before = character
  }
  if (open !== '') parts.push({ text: open, blanks: '' })
  return parts
}

function mayBreak(before: string, next: string): boolean {
  if (!ideograph.test(before) && !ideograph.test(next)) return false
  return !opening.includes(before) && !closing.includes(next)
}

function* wordsOf(
  text: string,
  colour: string,
  weight: Weight,
  { size, width }: TextStyle,
  fonts: Fonts,
  measure: Measure,
): Generator<Word> {
  const wordFor = (part: string, blanks: string): Word => {
    const runs = fonts.runsOf(part, weight).map(run => ({ ...run, width: measure(run.font, run.text, size) }))
    const blank = fonts.runsOf(blanks, weight).reduce((sum, run) => sum + measure(run.font, run.text, size), 0)
    return { runs, width: runs.reduce((sum, run) => sum + run.width, 0), colour, blank }
  }
  for (const { text: part, blanks } of partsOf(text)) {
    const word = wordFor(part, blanks)
    if (word.width <= width) {
      yield word
      continue
    }
    const pieces = cut([...part], width, piece => wordFor(piece, '').width)
    for (const [place, piece] of pieces.entries()) yield wordFor(piece, place === pieces.length - 1 ? blanks : '')
  }
}

/** A path or hash that is wider than its column is cut behind a mark where there is one near the end of the line. */
function cut(characters: readonly string[], width: number, measure: (text: string) => number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < characters.length; ) {
    let low = 1
    let high = characters.length - start
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (measure(characters.slice(start, start + middle).join('')) <= width) low = middle
      else high = middle - 1
    }
    let length = low
    if (start + length < characters.length)
      for (let place = length; place > length * 0.6; place--)
        if (/[/._\-:=,;&?|+]/.test(characters[start + place - 1] ?? '')) {
          length = place
          break
        }
    pieces.push(characters.slice(start, start + length).join(''))
    start += length
  }
  return pieces
}
