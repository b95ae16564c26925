import { displayBytes } from '../../target/index.ts'

/** The only escape sequences that ever reach a terminal from us. */
const ownSequence = /\u001b\[(?:0|1|2|22|31|32|33|36|39)m/g

/**
 * Last gate before a terminal or file: whatever a name or message holds, no control character gets through but line ends
 * and our own colours, and these only where colours are wanted.
 */
export function safeText(text: string, colours: boolean): string {
  let safe = ''
  let at = 0
  for (const found of text.matchAll(ownSequence)) {
    safe += escapeLines(text.slice(at, found.index)) + (colours ? found[0] : '')
    at = found.index + found[0].length
  }
  return safe + escapeLines(text.slice(at))
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const letter of text.replace(ownSequence, '')) width += columnsOf(letter)
  return width
}

export interface WrapOptions {
  readonly width: number
  /** In front of the first line, and of the others. */
  readonly first?: string
  readonly rest?: string
}

/** Breaks a text at spaces, and words that are too long wherever they have to be. */
export function wrap(text: string, { width, first = '', rest = first }: WrapOptions): string {
  const lines: string[] = []
  let line = first
  let filled = widthOf(first)
  let empty = true
  const turn = () => {
    lines.push(line.trimEnd())
    line = rest
    filled = widthOf(rest)
    empty = true
  }
  for (const word of text.split(/[ \t\n]+/)) {
    let left = word
    if (!empty && filled + 1 + widthOf(left) > width) turn()
    while (filled + (empty ? 0 : 1) + widthOf(left) > width && widthOf(left) > 0 && width - filled > 4) {
      const head = goodHead(headOf(left, width - filled - (empty ? 0 : 1)), left)
      if (head.length === 0 || head.length === left.length) break
      line += (empty ? '' : ' ') + head
      left = left.slice(head.length)
      turn()
    }
    line += (empty ? '' : ' ') + left
    filled += (empty ? 0 : 1) + widthOf(left)
    empty = false
  }
  lines.push(line.trimEnd())
  return lines.join('\n')
}

/** At most `width` columns, with an ellipsis where something is left out. */
export function cut(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${headOf(text, width - 1)}…`
}

function escapeLines(text: string): string {
  return text
    .split('\n')
    .map(line => displayBytes(line).replaceAll('\t', ' '))
    .join('\n')
}

/** Escape sequences count nothing and are never split. */
function headOf(text: string, width: number): string {
  let head = ''
  let filled = 0
  for (const part of text.match(/\u001b\[\d+m|[\s\S]/gu) ?? []) {
    const columns = part.startsWith('\u001b[') ? 0 : columnsOf(part)
    if (filled + columns > width) break
    head += part
    filled += columns
  }
  return head
}

/** A word that is longer than a line is broken behind a separator where it has one in the line's second half. */
function goodHead(head: string, word: string): string {
  if (head.length === word.length || head.includes('\u001b')) return head
  const at = Math.max(...['/', ',', ';', '&', '='].map(one => head.lastIndexOf(one)))
  return at > head.length / 2 ? head.slice(0, at + 1) : head
}

function columnsOf(letter: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(letter)) return 0
  const code = letter.codePointAt(0) ?? 0
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return wide ? 2 : 1
}
