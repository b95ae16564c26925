const mostCode = 64 * 1024

/** Where code ends that begins at a place. */
export interface CodeEnd {
  /** Of the `?>`, or of the newline. */
  readonly at: number
  readonly by: 'tag' | 'line'
}

/**
 * The first `?>` behind `least`, or the end of the first line behind it on which all brackets are closed and a statement ends, whichever
 * comes first; both outside of strings and comments. Undefined where brackets or quotes do not come out even.
 */
export function endOfCode(text: string, from: number, least: number): CodeEnd | undefined {
  const most = Math.min(text.length, Math.max(least, from) + mostCode)
  let depth = 0
  let before = ''
  for (let at = from; at < most; at++) {
    const letter = text[at] ?? ''
    if (letter === '"' || letter === "'" || letter === '`') {
      at = endOfString(text, at, most)
      if (at < 0) return undefined
      before = letter
    } else if (letter === '?' && text[at + 1] === '>') {
      // It ends the block wherever it stands, also within brackets.
      return at >= least || depth === 0 ? { at, by: 'tag' } : undefined
    } else if (letter === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2)
      if (end < 0) return undefined
      at = end + 1
    } else if (letter === '#' || (letter === '/' && text[at + 1] === '/')) {
      const end = /\n|\?>/.exec(text.slice(at, most))?.index
      at = end === undefined ? most : at + end - 1
    } else if (letter === '\n') {
      if (at >= least && depth === 0) return /[;}]/.test(before) ? { at, by: 'line' } : undefined
    } else if ('({['.includes(letter)) depth++
    else if (')}]'.includes(letter)) {
      if (--depth < 0) return undefined
    }
    if (letter.trim() !== '') before = text[at] ?? before
  }
  return most === text.length && depth === 0 && /[;}]/.test(before) ? { at: most, by: 'line' } : undefined
}

function endOfString(text: string, open: number, most: number): number {
  const quote = text[open]
  for (let at = open + 1; at < most; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
}

/** How many letters of a page are neither blanks nor comments nor tags of PHP. */
export function ownLetters(text: string): number {
  let letters = 0
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2)
      at = end < 0 ? text.length : end + 1
    } else if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4)
      at = end < 0 ? text.length : end + 2
    } else if (text.startsWith('<?php', at)) at += 4
    else if (text.startsWith('?>', at) || text.startsWith('<?', at)) at++
    else if ((text[at] ?? '').trim() !== '') letters++
  }
  return letters
}
