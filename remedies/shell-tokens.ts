/** A word, an operator or a line end of a shell script, with where it lies. */
export interface ShellToken {
  readonly kind: 'word' | 'operator' | 'newline'
  readonly text: string
  readonly start: number
  /** A line end reaches over the here-documents that begin behind it. */
  readonly end: number
}

export interface ShellText {
  readonly tokens: readonly ShellToken[]
  /** Bodies of here-documents, without the line that ends them. */
  readonly documents: readonly { readonly start: number; readonly end: number }[]
}

const operators = /(?:;;&|;;|;&|&&|\|\||\|&|&>>|&>|<<<|<<-|<<|>>|>&|<&|>\||<>|[;&|()<>])/y
const mostDepth = 100
const mostText = 512 * 1024

/**
 * Tokens of a script for sh or bash (POSIX shell language 2.3, bash(1)). Undefined where it does not come out even: a
 * quote or bracket without its end. A variable, a substitution or a test in `[[ ]]` is part of a word.
 */
export function shellTokens(text: string): ShellText | undefined {
  const tokens: ShellToken[] = []
  const documents: { start: number; end: number }[] = []
  if (text.length > mostText) return undefined
  /** Cleared by the first `((` without an end: the rest is not searched for each of them again. */
  let evenly = true
  let awaited: { delimiter: string; tabs: boolean }[] = []
  for (let at = 0; at < text.length; ) {
    const one = text[at] ?? ''
    if (one === ' ' || one === '\t' || one === '\r' || text.startsWith('\\\n', at)) {
      at += one === '\\' ? 2 : 1
      continue
    }
    if (one === '#') {
      at = lineEnd(text, at)
      continue
    }
    if (one === '\n') {
      let end = at + 1
      for (const document of awaited) {
        const body = bodyOf(text, end, document)
        if (body === undefined) return undefined
        documents.push({ start: end, end: body.end })
        end = body.after
      }
      awaited = []
      tokens.push({ kind: 'newline', text: '\n', start: at, end })
      at = end
      continue
    }
    operators.lastIndex = at
    const operator = /^[<>]\($/.test(text.slice(at, at + 2)) ? undefined : operators.exec(text)?.[0]
    const arithmetic = evenly && text.startsWith('((', at) ? closing(text, at + 1, '(', ')', 0) : undefined
    if (text.startsWith('((', at) && arithmetic === undefined) evenly = false
    if (arithmetic !== undefined && text[arithmetic] === ')') {
      tokens.push({ kind: 'word', text: '((', start: at, end: arithmetic + 1 })
      at = arithmetic + 1
      continue
    }
    if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator, start: at, end: at + operator.length })
      at += operator.length
      continue
    }
    const end = wordEnd(text, at)
    if (end === undefined || end === at) return undefined
    const before = tokens.at(-1)
    if (before?.text === '<<' || before?.text === '<<-') {
      const delimiter = text.slice(at, end).replace(/["'\\]/g, '')
      awaited.push({ delimiter, tabs: before.text === '<<-' })
    }
    tokens.push({ kind: 'word', text: text.slice(at, end), start: at, end })
    at = end
  }
  return awaited.length === 0 ? { tokens, documents } : undefined
}

function bodyOf(text: string, start: number, { delimiter, tabs }: { delimiter: string; tabs: boolean }) {
  for (let at = start; at < text.length; at = lineEnd(text, at) + 1) {
    const line = text.slice(at, lineEnd(text, at))
    if ((tabs ? line.replace(/^\t+/, '') : line) === delimiter) {
      return { end: at, after: Math.min(text.length, lineEnd(text, at) + 1) }
    }
  }
  return undefined
}

function wordEnd(text: string, start: number): number | undefined {
  if (/^\[\[\s/.test(text.slice(start, start + 3))) {
    const end = /\s\]\](?=[\s;&|)]|$)/.exec(text.slice(start))
    return end === null ? undefined : start + end.index + end[0].length
  }
  let at = start
  while (at < text.length) {
    const one = text[at] ?? ''
    // An array (`a=(…)`), a pattern (`@(…)`) or a process (`<(…)`) goes on in brackets.
    const opens = one === '(' && at > start && /[=?*+@!<>]/.test(text[at - 1] ?? '')
    const substitutes = (one === '<' || one === '>') && text[at + 1] === '(' && at === start
    if (substitutes) {
      at++
      continue
    }
    if (/[ \t\r\n;&|()<>]/.test(one) && !opens) break
    const next = opens ? closing(text, at, '(', ')', 0) : pieceEnd(text, at, 0)
    if (next === undefined) return undefined
    at = next
  }
  return at
}

/** Where one piece of a word ends: a letter, a quoted part or a substitution. */
function pieceEnd(text: string, at: number, depth: number): number | undefined {
  if (depth > mostDepth) return undefined
  const one = text[at]
  if (one === '\\') return Math.min(text.length, at + 2)
  if (one === "'") return after(text, "'", at + 1)
  if (one === '"') return quoteEnd(text, at + 1, '"', depth)
  if (one === '`') return quoteEnd(text, at + 1, '`', depth)
  if (one !== '$') return at + 1
  const next = text[at + 1]
  if (next === '(') return closing(text, at + 1, '(', ')', depth + 1)
  if (next === '{') return closing(text, at + 1, '{', '}', depth + 1)
  if (next === "'") return ansiEnd(text, at + 2)
  return at + 1
}

function quoteEnd(text: string, start: number, quote: string, depth: number): number | undefined {
  for (let at = start; at < text.length; ) {
    if (text[at] === quote) return at + 1
    // Between double quotes a single quote is a letter.
    const next = text[at] === "'" || (quote === '`' && text[at] === '"') ? at + 1 : pieceEnd(text, at, depth + 1)
    if (next === undefined) return undefined
    at = next
  }
  return undefined
}

function closing(text: string, start: number, open: string, close: string, depth: number): number | undefined {
  let level = 0
  for (let at = start; at < text.length; ) {
    if (text[at] === open) level++
    if (text[at] === close && --level === 0) return at + 1
    const comment = open === '(' && text[at] === '#' && /\s/.test(text[at - 1] ?? '')
    const next = comment ? lineEnd(text, at) : pieceEnd(text, at, depth + 1)
    if (next === undefined) return undefined
    at = next
  }
  return undefined
}

function ansiEnd(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === "'") return at + 1
  }
  return undefined
}

function after(text: string, end: string, from: number): number | undefined {
  const at = text.indexOf(end, from)
  return at === -1 ? undefined : at + end.length
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at
}
