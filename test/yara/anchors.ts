/**
 * Patterns of a rule that have no literal to be found by: a text or run of bytes shorter than four, or a regular expression none of
 * whose parts that must be there has four letters in a row. Such a pattern would be tried at every byte of every file.
 */
export function unanchoredPatterns(rule: string): string[] {
  const strings = /\bstrings:([\s\S]*?)\n\s*condition:/.exec(rule)?.[1] ?? ''
  return [...strings.matchAll(/^\s*(\$\w*)\s*=\s*(.+)$/gm)].flatMap(([, name = '', value = '']) =>
    longestLiteral(value.trim()) >= 4 ? [] : [`${name} = ${value.trim()}`],
  )
}

function longestLiteral(value: string): number {
  if (value.startsWith('"')) return textLength(/^"((?:\\.|[^"\\])*)"/.exec(value)?.[1] ?? '')
  if (value.startsWith('{'))
    return Math.max(
      ...value
        .slice(1, value.lastIndexOf('}'))
        .split(/\[[^\]]*\]|\([^)]*\)|\S*\?\S*/)
        .map(hexBytes),
    )
  return regexLiteral(/^\/((?:\\.|[^/\\])*)\//.exec(value)?.[1] ?? '')
}

function textLength(text: string): number {
  return text.replace(/\\x[0-9a-fA-F]{2}|\\./g, '.').length
}

function hexBytes(part: string): number {
  return part.match(/[0-9A-Fa-f]{2}/g)?.length ?? 0
}

/** Length of the longest literal that every match has, of the least alternative where there are several. */
function regexLiteral(source: string): number {
  const { best } = alternatives(source, { at: 0 })
  return best
}

interface Cursor {
  at: number
}

interface Literal {
  /** Longest run inside. */
  readonly best: number
  /** Length when the whole is a literal, else undefined. */
  readonly whole: number | undefined
}

function alternatives(source: string, cursor: Cursor): Literal {
  const branches: Literal[] = [sequence(source, cursor)]
  while (source[cursor.at] === '|') {
    cursor.at++
    branches.push(sequence(source, cursor))
  }
  const wholes = branches.map(one => one.whole)
  return {
    best: Math.min(...branches.map(one => one.best)),
    whole: wholes.includes(undefined) ? undefined : Math.min(...wholes.map(one => one ?? 0)),
  }
}

function sequence(source: string, cursor: Cursor): Literal {
  let run = 0
  let best = 0
  let literal = true
  while (cursor.at < source.length && source[cursor.at] !== '|' && source[cursor.at] !== ')') {
    const one = atom(source, cursor)
    const least = repeatedAtLeast(source, cursor)
    if (one.whole !== undefined && least === undefined) run += one.whole
    else {
      literal = false
      best = Math.max(best, run, (least ?? 1) > 0 ? one.best : 0)
      run = 0
    }
    best = Math.max(best, run)
  }
  return { best, whole: literal ? run : undefined }
}

/** One atom; a group is as long as its least alternative, a class or a dot is no literal. */
function atom(source: string, cursor: Cursor): Literal {
  const letter = source[cursor.at++]
  if (letter === '(') {
    if (source.startsWith('?:', cursor.at)) cursor.at += 2
    const inner = alternatives(source, cursor)
    cursor.at++
    return inner
  }
  if (letter === '[') {
    if (source[cursor.at] === '^') cursor.at++
    if (source[cursor.at] === ']') cursor.at++
    while (cursor.at < source.length && source[cursor.at] !== ']') cursor.at += source[cursor.at] === '\\' ? 2 : 1
    cursor.at++
    return { best: 0, whole: undefined }
  }
  if (letter === '.') return { best: 0, whole: undefined }
  if (letter === '^' || letter === '$') return { best: 0, whole: 0 }
  if (letter !== '\\') return { best: 1, whole: 1 }
  const escaped = source[cursor.at++] ?? ''
  if (escaped === 'x') cursor.at += 2
  if (/[bB]/.test(escaped)) return { best: 0, whole: 0 }
  return /[wWsSdD]/.test(escaped) ? { best: 0, whole: undefined } : { best: 1, whole: 1 }
}

/** The least number of a repetition behind an atom; undefined where there is none. */
function repeatedAtLeast(source: string, cursor: Cursor): number | undefined {
  const match = /^(?:([*?])|(\+)|\{(\d*),?(\d*)\})\??/.exec(source.slice(cursor.at))
  if (match === null) return undefined
  cursor.at += match[0].length
  if (match[1] !== undefined) return 0
  if (match[2] !== undefined) return 1
  return Number(match[3] || 0)
}
