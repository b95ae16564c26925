import { type Token, tokensOf } from './rule-tokens.ts'

/** One rule as it is written, with what its head says. */
export interface RuleText {
  readonly identifier: string
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  /** Place of its text in the source. */
  readonly start: number
  readonly end: number
  readonly tags: readonly string[]
  readonly meta: readonly (readonly [name: string, value: string | number | boolean])[]
  readonly private: boolean
  /** Where it does not match, no rule of its namespace does. */
  readonly global: boolean
  /** Place in the source behind `condition:`. */
  readonly condition: number
  /** `private` and `global`, and `filesize` in the condition: words that other forms of the rule have to do without. */
  readonly modifiers: readonly Span[]
  readonly sizes: readonly Span[]
  readonly hasStrings: boolean
}

/** Places in a source: from `start` to before `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The parts of a source of YARA rules. It is not checked: that is the compiler's work. */
export interface SourceText {
  readonly rules: readonly RuleText[]
  /** `import "elf"`, as written, and where. */
  readonly imports: readonly { readonly module: string; readonly start: number; readonly end: number }[]
  /** Line at which the text makes no sense any more. */
  readonly brokenAt?: number | undefined
}

/** Finds the rules of a source, their heads and what has to be known to write them in another form. */
export function readSourceText(source: string): SourceText {
  const tokens = tokensOf(source)
  const lineOf = lineCounter(source)
  const rules: RuleText[] = []
  const imports: { module: string; start: number; end: number }[] = []
  let brokenAt: number | undefined
  const patience = { steps: stepsPerToken * tokens.length }
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at]
    const next = tokens[at + 1]
    if (token === undefined) break
    if (patience.steps < 0) {
      brokenAt ??= lineOf(token.at)
      break
    }
    if (token.text === 'import' && next?.kind === 'text') {
      imports.push({ module: unquoted(next.text), start: token.at, end: next.at + next.text.length })
      at += 2
      continue
    }
    // `include` is left to the compiler, which refuses it.
    if (token.text === 'include' && next?.kind === 'text') {
      at += 2
      continue
    }
    const rule = readRule(tokens, at, lineOf, patience)
    if (rule === undefined) {
      brokenAt ??= lineOf(token.at)
      // Rules behind the place are still found: what lies between two rules is lost, and no more.
      at++
      continue
    }
    rules.push(rule.rule)
    at = rule.next
  }
  return { rules, imports, brokenAt }
}

/** A rule without an end is read to the end of the source, and the next one begins within it: a source of nothing else would take a day. */
const stepsPerToken = 100

/** Lines of places, from 1; quick when they are asked for in order. */
function lineCounter(source: string): (at: number) => number {
  let line = 1
  let counted = 0
  return at => {
    if (at < counted) {
      line = 1
      counted = 0
    }
    for (let end = source.indexOf('\n', counted); end !== -1 && end < at; end = source.indexOf('\n', counted)) {
      line++
      counted = end + 1
    }
    return line
  }
}

function readRule(tokens: readonly Token[], from: number, lineOf: (at: number) => number, patience: { steps: number }) {
  let at = from
  const modifiers: Token[] = []
  for (let one = tokens[at]; one?.text === 'private' || one?.text === 'global'; one = tokens[++at]) modifiers.push(one)
  const name = tokens[at + 1]
  if (tokens[at]?.text !== 'rule' || name?.kind !== 'word') return undefined
  const first = tokens[from]
  at += 2
  const tags: string[] = []
  if (tokens[at]?.text === ':') for (at++; tokens[at]?.kind === 'word'; at++) tags.push(tokens[at]?.text ?? '')
  if (tokens[at]?.text !== '{') return undefined
  const body = bodyOf(tokens, at + 1, patience)
  if (body === undefined || first === undefined) return undefined
  const rule: RuleText = {
    identifier: name.text,
    line: lineOf(first.at),
    start: first.at,
    end: body.end,
    tags,
    meta: body.meta,
    private: modifiers.some(one => one.text === 'private'),
    global: modifiers.some(one => one.text === 'global'),
    condition: body.condition,
    modifiers: [...modifiers, ...body.modifiers].map(spanOf),
    sizes: body.sizes.map(spanOf),
    hasStrings: body.hasStrings,
  }
  return { rule, next: body.next }
}

/** From behind the opening brace to behind the closing one; hex strings hold braces too, always in pairs. */
function bodyOf(tokens: readonly Token[], from: number, patience: { steps: number }) {
  const meta: [string, string | number | boolean][] = []
  const modifiers: Token[] = []
  const sizes: Token[] = []
  let hasStrings = false
  let section = ''
  let condition = -1
  let depth = 1
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || --patience.steps < 0) break
    if (token.text === '{') depth++
    else if (token.text === '}') depth--
    if (depth === 0)
      return condition < 0
        ? undefined
        : { meta, modifiers, sizes, hasStrings, condition, end: token.at + 1, next: at + 1 }
    if (token.kind !== 'word') continue
    const follows = tokens[at + 1]
    if (depth === 1 && follows?.text === ':' && section !== 'condition' && sections.has(token.text)) {
      section = token.text
      if (section === 'condition') condition = follows.at + 1
      if (section === 'strings') hasStrings = true
    } else if (section === 'meta' && follows?.text === '=') {
      const value = metaValue(tokens, at + 2)
      if (value !== undefined) meta.push([token.text, value])
    } else if (section === 'strings' && token.text === 'private') modifiers.push(token)
    else if (section === 'condition' && token.text === 'filesize') sizes.push(token)
  }
  return undefined
}

function spanOf({ at, text }: Token): Span {
  return { start: at, end: at + text.length }
}

const sections = new Set(['meta', 'strings', 'condition'])

function metaValue(tokens: readonly Token[], at: number): string | number | boolean | undefined {
  const token = tokens[at]
  if (token === undefined) return undefined
  if (token.kind === 'text') return unquoted(token.text)
  if (token.text === 'true') return true
  if (token.text === 'false') return false
  const negative = token.text === '-'
  const number = Number(negative ? tokens[at + 1]?.text : token.text)
  return Number.isFinite(number) ? (negative ? -number : number) : undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, one: string) => {
    return hex === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16))
  })
}
