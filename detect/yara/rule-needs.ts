import { type Token, tokensOf } from './rule-tokens.ts'

/** What a content must be like for a rule to match it, as far as its condition says so in plain words. */
export interface RuleNeeds {
  /** It begins with `MZ`, as programs of Windows do. */
  readonly windows: boolean
  /** The most bytes that it may have; `Infinity` where nothing is said. */
  readonly largest: number
}

const nothing: RuleNeeds = { windows: false, largest: Number.POSITIVE_INFINITY }
/** Deeper brackets are not followed: nothing is known then. */
const deepest = 40

/** Of the text behind `condition:`. What is not understood needs nothing: the rule is then asked about every content. */
export function needsOf(condition: string): RuleNeeds {
  return needsOfAny(tokensOf(condition), 0)
}

/** `or` binds weaker than anything else: each alternative must need it. */
function needsOfAny(tokens: readonly Token[], depth: number): RuleNeeds {
  let windows = true
  let largest = 0
  for (const alternative of parted(tokens, 'or')) {
    const needs = needsOfAll(alternative, depth)
    windows &&= needs.windows
    largest = Math.max(largest, needs.largest)
  }
  return { windows, largest }
}

function needsOfAll(tokens: readonly Token[], depth: number): RuleNeeds {
  let { windows, largest } = nothing
  for (const term of parted(tokens, 'and')) {
    const needs = needsOfTerm(term, depth)
    windows ||= needs.windows
    largest = Math.min(largest, needs.largest)
  }
  return { windows, largest }
}

function needsOfTerm(tokens: readonly Token[], depth: number): RuleNeeds {
  if (isInBrackets(tokens)) return depth < deepest ? needsOfAny(tokens.slice(1, -1), depth + 1) : nothing
  if (tokens.length > longestTerm) return nothing
  const text = tokens.map(one => one.text).join(' ')
  return { windows: asksForWindows(text), largest: largestIn(text) }
}

/** At words that stand outside all brackets. */
function parted(tokens: readonly Token[], word: 'and' | 'or'): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth++
    else if (token.text === ')' || token.text === ']') depth--
    if (depth === 0 && token.text === word) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

/** As a whole: `(a) and (b)` is not. */
function isInBrackets(tokens: readonly Token[]): boolean {
  if (tokens[0]?.text !== '(') return false
  let depth = 0
  const end = tokens.findIndex(({ text }) => {
    if (text === '(') depth++
    else if (text === ')') depth--
    return depth === 0
  })
  return end === tokens.length - 1
}

/** Words and signs of the longest term that is understood. */
const longestTerm = 8

const beginning = /^uint(16|32)(be)? \( (?:0|0x0+) \) = = (0x[0-9a-f]+|\d+)$/i

function asksForWindows(text: string): boolean {
  const match = beginning.exec(text)
  if (match === null) return false
  const [, bits, bigEndian, value = ''] = match
  const hex = BigInt(value)
    .toString(16)
    .padStart(Number(bits) / 4, '0')
  const inFile = Buffer.from(hex, 'hex')
  if (bigEndian === undefined) inFile.reverse()
  return hex.length === Number(bits) / 4 && inFile.toString('latin1', 0, 2) === 'MZ'
}

const bound = /^filesize < (= )?(\d+)(KB|MB)?$/

function largestIn(text: string): number {
  const match = bound.exec(text)
  if (match === null) return nothing.largest
  const [, including, digits, unit] = match
  const bytes = Number(digits) * (unit === 'KB' ? 1024 : unit === 'MB' ? 1024 * 1024 : 1)
  return including === undefined ? bytes - 1 : bytes
}
