/** A word after expansion. `rooted` is false where it begins with an expansion whose value cannot be known. */
export interface ShellWord {
  readonly text: string
  readonly rooted: boolean
  readonly quoted: boolean
}

export type ShellPart =
  | {
      readonly kind: 'simple'
      /** The operator before it: `||` means it runs only when the one before failed. */
      readonly before: string
      readonly words: readonly ShellWord[]
      readonly redirections: readonly { readonly operator: string; readonly word: ShellWord }[]
    }
  /** Text that is itself read by a shell or handed to a command: substitutions, here-documents. */
  | { readonly kind: 'nested'; readonly text: string }
  | { readonly kind: 'subshell'; readonly edge: 'open' | 'close' }

interface Reading {
  readonly text: string
  at: number
  readonly nested: string[]
  readonly lookup: (name: string) => string | undefined
}

/**
 * The simple commands of a shell text (POSIX.1-2024, Shell Command Language 2; bash(1)), read as the shell would and never
 * run. Variables are asked for when the reader comes to them, so the caller can learn assignments on the way. Bad syntax
 * ends nothing: what is not closed goes to the end of the text.
 */
export function* shellParts(text: string, lookup: (name: string) => string | undefined): Generator<ShellPart> {
  const reading: Reading = { text, at: 0, nested: [], lookup }
  const hereEnds: string[] = []
  let before = ''
  let words: ShellWord[] = []
  let redirections: { operator: string; word: ShellWord }[] = []

  function* finish(operator: string): Generator<ShellPart> {
    for (const inner of reading.nested.splice(0)) yield { kind: 'nested', text: inner }
    if (words.length > 0 || redirections.length > 0) yield { kind: 'simple', before, words, redirections }
    words = []
    redirections = []
    before = operator
  }

  while (reading.at < text.length) {
    const unit = text[reading.at]
    if (unit === ' ' || unit === '\t' || unit === '\r' || unit === '\0') {
      reading.at++
      continue
    }
    if (unit === '\n') {
      reading.at++
      yield* finish(';')
      for (const end of hereEnds.splice(0)) yield { kind: 'nested', text: readHereDocument(reading, end) }
      continue
    }
    if (unit === '#') {
      const end = text.indexOf('\n', reading.at)
      reading.at = end < 0 ? text.length : end
      continue
    }
    if (unit === '(' || unit === ')') {
      reading.at++
      yield* finish(';')
      yield { kind: 'subshell', edge: unit === '(' ? 'open' : 'close' }
      continue
    }
    const redirection = matchAt(redirectionPattern, reading)
    if (redirection !== undefined) {
      const operator = redirection.replace(/^\d+/, '')
      while (text[reading.at] === ' ' || text[reading.at] === '\t') reading.at++
      const [word, ...rest] = readWord(reading)
      if (word === undefined) continue
      if (operator === '<<' || operator === '<<-') hereEnds.push(word.text)
      else if (operator === '<<<') reading.nested.push(word.text)
      else redirections.push({ operator, word })
      words.push(...rest)
      continue
    }
    const operator = matchAt(operatorPattern, reading)
    if (operator !== undefined) {
      yield* finish(operator)
      continue
    }
    const start = reading.at
    words.push(...readWord(reading))
    if (reading.at === start) reading.at++
  }
  yield* finish('')
}

const redirectionPattern = /\d{0,4}(?:<<<|<<-|<<|<>|<&|<(?!\()|>>|>\||>&|>(?!\())|&>>?/y
const operatorPattern = /&&|\|\||\|&|;;&?|;&|[;&|]/y
const wordEnd = /[\s\0;&|()<>]/
const namePattern = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y

function matchAt(pattern: RegExp, reading: Reading): string | undefined {
  pattern.lastIndex = reading.at
  const found = pattern.exec(reading.text)?.[0]
  if (found !== undefined) reading.at += found.length
  return found
}

/** One word of the text; several where an expansion splits it, none where it expands to nothing. */
function readWord(reading: Reading): ShellWord[] {
  const { text } = reading
  const words: ShellWord[] = []
  let value = ''
  let begun = false
  let rooted = true
  let quoted = false
  let braces = false
  const cut = () => {
    if (begun) words.push({ text: value, rooted, quoted })
    value = ''
    begun = false
    rooted = true
  }
  const add = (part: string) => {
    value += part
    begun = true
  }
  const expand = (inQuotes: boolean) => {
    const start = reading.at
    const found = readExpansion(reading)
    if (found === undefined) {
      if (value === '') rooted = false
      add(text.slice(start, reading.at))
    } else if (inQuotes) add(found)
    else
      for (const [index, piece] of found.split(/[ \t\n]+/).entries()) {
        if (index > 0) cut()
        if (piece !== '') add(piece)
      }
  }

  while (reading.at < text.length) {
    const unit = text[reading.at] ?? ''
    if (unit === '\\') {
      if (text[reading.at + 1] !== '\n') add(text[reading.at + 1] ?? '')
      reading.at += 2
    } else if (unit === "'") {
      const end = text.indexOf("'", reading.at + 1)
      add(text.slice(reading.at + 1, end < 0 ? undefined : end))
      reading.at = end < 0 ? text.length : end + 1
      quoted = true
    } else if (unit === '$' && text[reading.at + 1] === "'") {
      add(readAnsiQuote(reading))
      quoted = true
    } else if (unit === '"' || (unit === '$' && text[reading.at + 1] === '"')) {
      reading.at += unit === '$' ? 2 : 1
      quoted = true
      begun = true
      while (reading.at < text.length && text[reading.at] !== '"') {
        const inner = text[reading.at] ?? ''
        if (inner === '\\' && /["\\$`\n]/.test(text[reading.at + 1] ?? '')) {
          if (text[reading.at + 1] !== '\n') add(text[reading.at + 1] ?? '')
          reading.at += 2
        } else if (inner === '$' || inner === '`') expand(true)
        else {
          add(inner)
          reading.at++
        }
      }
      reading.at++
    } else if (unit === '$' || unit === '`') expand(false)
    else if ((unit === '<' || unit === '>') && text[reading.at + 1] === '(' && !begun) {
      reading.at++
      reading.nested.push(readParentheses(reading))
      return words
    } else if (wordEnd.test(unit)) break
    else {
      if (unit === '{') braces = true
      add(unit)
      reading.at++
    }
  }
  cut()
  return braces ? words.flatMap(expandBraces) : words
}

/** The value of what begins with `$` or a backtick; undefined where it cannot be known. Substituted commands go to `nested`. */
function readExpansion(reading: Reading): string | undefined {
  const { text } = reading
  if (text[reading.at] === '`') {
    const end = /(?<!\\)`/g
    end.lastIndex = reading.at + 1
    const close = end.exec(text)?.index ?? text.length
    reading.nested.push(text.slice(reading.at + 1, close).replaceAll('\\`', '`'))
    reading.at = close + 1
    return undefined
  }
  reading.at++
  const next = text[reading.at]
  if (next === '(') {
    const inner = readParentheses(reading)
    if (!inner.startsWith('(')) reading.nested.push(inner)
    return undefined
  }
  if (next === '{') {
    const end = text.indexOf('}', reading.at)
    const body = text.slice(reading.at + 1, end < 0 ? undefined : end)
    reading.at = end < 0 ? text.length : end + 1
    const [, name = '', operator = '', fallback = ''] = /^([A-Za-z_]\w*|\d)(:?[-=+?]|[%#/:^,]*)(.*)$/s.exec(body) ?? []
    if (name === 'IFS') return ' '
    const value = variable(reading, name)
    if (value !== undefined && value !== '') return value
    return /^:?[-=]$/.test(operator) ? fallback : value
  }
  const name = matchAt(namePattern, reading)
  if (name === undefined) return '$'
  return name === 'IFS' ? ' ' : variable(reading, name)
}

function variable(reading: Reading, name: string): string | undefined {
  return /^[0-9@*]$/.test(name) ? '' : reading.lookup(name)
}

/** From `(` to its partner, quotes considered; leaves the reader behind it. */
function readParentheses(reading: Reading): string {
  const { text } = reading
  const start = reading.at + 1
  let depth = 0
  let quote = ''
  for (let at = reading.at; at < text.length; at++) {
    const unit = text[at] ?? ''
    if (unit === '\\' && quote !== "'") at++
    else if (quote !== '') quote = unit === quote ? '' : quote
    else if (unit === "'" || unit === '"') quote = unit
    else if (unit === '(') depth++
    else if (unit === ')' && --depth === 0) {
      reading.at = at + 1
      return text.slice(start, at)
    }
  }
  reading.at = text.length
  return text.slice(start)
}

/** The body of a here-document up to a line that is `end`. */
function readHereDocument(reading: Reading, end: string): string {
  const { text } = reading
  const start = reading.at
  while (reading.at < text.length) {
    const lineEnd = text.indexOf('\n', reading.at)
    const line = text.slice(reading.at, lineEnd < 0 ? undefined : lineEnd)
    const lineStart = reading.at
    reading.at = lineEnd < 0 ? text.length : lineEnd + 1
    if (line.replace(/^\t+/, '') === end) return text.slice(start, lineStart)
  }
  return text.slice(start)
}

const ansiLetters: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
}

/** `$'…'`: the quoting in which bash hides words as hex and octal. */
function readAnsiQuote(reading: Reading): string {
  const { text } = reading
  let end = reading.at + 2
  while (end < text.length && text[end] !== "'") end += text[end] === '\\' ? 2 : 1
  const body = text.slice(reading.at + 2, end)
  reading.at = end + 1
  return decodeAnsi(body)
}

/** The escapes of `$'…'` and `echo -e` resolved. */
export function decodeAnsi(body: string): string {
  return body.replace(
    /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,4})|(.))/gs,
    (_, hex, wide, octal, letter) => {
      if (letter !== undefined) return ansiLetters[letter] ?? letter
      return String.fromCharCode(Number.parseInt(hex ?? wide ?? octal, octal === undefined ? 16 : 8) & 0xffff)
    },
  )
}

/** `{curl,-s,URL}` and `/tmp/{a,b}`: one level, at most 16 words. */
function expandBraces(word: ShellWord): ShellWord[] {
  const [, head = '', list, tail = ''] = /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(word.text) ?? []
  if (list === undefined) return [word]
  return list
    .split(',')
    .slice(0, 16)
    .map(piece => ({ ...word, text: head + piece + tail }))
}
