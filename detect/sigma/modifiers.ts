import { readCidr } from './cidr.ts'
import { bytesOf, dashForms, offsetsOf, wideBytes, withDashes } from './encoding.ts'
import type { Matcher, TimePart } from './matcher.ts'
import { expandParts, type Placeholders, placeholder, replacements } from './placeholders.ts'
import { compileRegex } from './regex.ts'
import { type Value, WrittenNumber } from './rule.ts'
import { anyText, type Part, parseText } from './text-pattern.ts'

/** One line of a selection: a field (or the whole event), and what its values must be. */
export interface Item {
  /** Absent for keywords. */
  readonly field?: string
  readonly time?: TimePart
  /** Every value must be met, not any. */
  readonly all: boolean
  /** `neq`: the field is none of the values. */
  readonly negated: boolean
  readonly values: readonly { readonly text: string; readonly matcher: Matcher }[]
  /** Placeholders that nobody has given a value: the rule can never match. */
  readonly unresolved: readonly string[]
}

type Term =
  | { readonly kind: 'text'; readonly parts: readonly Part[]; readonly binary?: boolean; readonly cased?: boolean }
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string; readonly edge: Edge }
  | { readonly kind: 'field'; readonly field: string; readonly edge: Edge; readonly cased?: boolean }
  | { readonly kind: 'done'; readonly matcher: Matcher }
  | { readonly kind: 'value'; readonly value: number | boolean | null | WrittenNumber }

type Edge = '' | 'contains' | 'startswith' | 'endswith'
type Transform = (term: Term, context: { placeholders: Placeholders; unresolved: string[]; first: boolean }) => Term[]

/** Reads `field|modifier|…` with its values. Throws where a modifier is unknown or does not fit what stands before it. */
export function readItem(key: string, value: Value, placeholders: Placeholders): Item {
  const [field = '', ...modifiers] = key.split('|').map((word, index) => (index === 0 ? word : word.trim()))
  const unresolved: string[] = []
  const given: readonly Value[] = Array.isArray(value) ? (value.length === 0 ? [null] : value) : [value]
  const state = { all: false, negated: false, time: undefined as TimePart | undefined }
  const steps: { name: string; transform: Transform }[] = []
  for (const name of modifiers) {
    if (name === 'all') state.all = true
    else if (name === 'neq') state.negated = true
    else if (isTimePart(name)) state.time = name
    else {
      const transform = Object.hasOwn(transforms, name) ? transforms[name] : undefined
      if (!transform) throw new Error(`unknown modifier "${name}" in "${key}"`)
      steps.push({ name, transform })
    }
  }
  const raw = steps[0]?.name === 're'
  const values = given.map(one => {
    let terms: Term[] = [termFrom(one, key, raw)]
    let first = true
    for (const { name, transform } of steps) {
      try {
        terms = terms.flatMap(term => transform(term, { placeholders, unresolved, first }))
      } catch (error) {
        throw new Error(`modifier "${name}" in "${key}": ${error instanceof Error ? error.message : error}`)
      }
      if (terms.length > 4000) throw new Error(`"${key}" stands for too many values`)
      first = false
    }
    const matchers = terms.map(term => matcherFrom(term, field === ''))
    const only = matchers[0]
    const matcher: Matcher = matchers.length === 1 && only ? only : { kind: 'either', matchers }
    return { text: writtenText(one), matcher }
  })
  if (field === '' && values.some(one => one.matcher.kind === 'exists')) throw new Error('"exists" needs a field')
  return {
    ...(field === '' ? {} : { field }),
    ...(state.time === undefined ? {} : { time: state.time }),
    all: state.all,
    negated: state.negated,
    values,
    unresolved,
  }
}

function termFrom(value: Value, key: string, raw: boolean): Term {
  if (typeof value === 'string') return { kind: 'text', parts: raw ? [value] : parseText(value) }
  if (typeof value === 'bigint') return { kind: 'text', parts: [String(value)] }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value instanceof WrittenNumber)
    return { kind: 'value', value }
  throw new Error(`"${key}" holds a ${Array.isArray(value) ? 'list inside its list' : 'map'} where a value must be`)
}

function matcherFrom(term: Term, keyword: boolean): Matcher {
  switch (term.kind) {
    case 'done':
      return term.matcher
    case 'regex':
      return { kind: 'regex', regex: compileRegex(anchored(term.pattern, term.edge), flagsOf(term.flags)) }
    case 'field':
      return { kind: 'field', field: term.field, edge: term.edge, cased: term.cased ?? false }
    case 'text':
      return {
        kind: 'text',
        parts: keyword ? [anyText, ...term.parts, anyText] : term.parts,
        cased: term.cased ?? false,
      }
    case 'value':
      return keyword
        ? { kind: 'text', parts: [anyText, writtenText(term.value), anyText], cased: false }
        : plainMatcher(term.value)
  }
}

function plainMatcher(value: number | boolean | null | WrittenNumber): Matcher {
  if (value === null) return { kind: 'null' }
  if (typeof value === 'number') return { kind: 'number', value }
  if (typeof value === 'boolean') return { kind: 'text', parts: [String(value)], cased: false }
  const text: Matcher = { kind: 'text', parts: [value.text], cased: false }
  return { kind: 'either', matchers: [text, { kind: 'number', value: value.value }] }
}

function writtenText(value: Value): string {
  if (value instanceof WrittenNumber) return value.text
  return typeof value === 'string' ? value : String(value)
}

const transforms: { readonly [name: string]: Transform } = {
  contains: edge('contains', parts => [anyText, ...parts, anyText]),
  startswith: edge('startswith', parts => [...parts, anyText]),
  endswith: edge('endswith', parts => [anyText, ...parts]),
  cased: term => {
    if (term.kind === 'field') return [{ ...term, cased: true }]
    return [{ ...textTerm(term), cased: true }]
  },
  windash: term => {
    const text = textTerm(term)
    return [{ ...text, parts: text.parts.flatMap(part => (typeof part === 'string' ? withDashes(part) : [part])) }]
  },
  wide: encode('utf16le'),
  utf16le: encode('utf16le'),
  utf16be: encode('utf16be'),
  utf16: encode('utf16'),
  base64: term => plainTexts(term).map(text => ({ kind: 'text', parts: [bytesOf(text).toString('base64')] })),
  base64offset: term =>
    plainTexts(term).flatMap(text => offsetsOf(bytesOf(text)).map(part => ({ kind: 'text', parts: [part] }))),
  re: (term, { first }) => {
    if (!first) throw new Error('must be the first modifier')
    return [{ kind: 'regex', pattern: textOf(term), flags: '', edge: '' }]
  },
  i: flag('i'),
  ignorecase: flag('i'),
  m: flag('m'),
  multiline: flag('m'),
  s: flag('s'),
  dotall: flag('s'),
  cidr: (term, { first }) => {
    if (!first) throw new Error('must be the first modifier')
    const text = textOf(term)
    const network = readCidr(text)
    if (!network) throw new Error(`"${text}" is no network`)
    return [{ kind: 'done', matcher: { kind: 'cidr', network } }]
  },
  exists: (term, { first }) => {
    if (!first) throw new Error('must be the only modifier')
    const word = term.kind === 'value' ? term.value : textOf(term).toLowerCase()
    if (word === true || word === 'true' || word === 'yes')
      return [{ kind: 'done', matcher: { kind: 'exists', wanted: true } }]
    if (word === false || word === 'false' || word === 'no')
      return [{ kind: 'done', matcher: { kind: 'exists', wanted: false } }]
    throw new Error('needs true or false')
  },
  gt: compare('gt'),
  gte: compare('gte'),
  lt: compare('lt'),
  lte: compare('lte'),
  fieldref: term => {
    const text = textTerm(term)
    if (text.parts.some(part => typeof part !== 'string')) throw new Error('a field name holds no wildcards')
    return [{ kind: 'field', field: text.parts.join(''), edge: '', cased: text.cased ?? false }]
  },
  expand: (term, { placeholders, unresolved }) => {
    if (term.kind === 'regex') return expandRegex(term, placeholders, unresolved)
    const text = textTerm(term)
    return expandParts(text.parts, placeholders, unresolved).map(parts => ({ ...text, parts }))
  },
}

function edge(name: Exclude<Edge, ''>, wrap: (parts: readonly Part[]) => readonly Part[]): Transform {
  return term => {
    if (term.kind === 'regex' || term.kind === 'field') return [{ ...term, edge: joinEdges(term.edge, name) }]
    const text = textTerm(term)
    return [{ ...text, parts: wrap(text.parts) }]
  }
}

function joinEdges(before: Edge, next: Edge): Edge {
  return before === '' || before === next ? next : 'contains'
}

function anchored(pattern: string, where: Edge): string {
  if (where === 'startswith') return `^(?:${pattern})`
  return where === 'endswith' ? `(?:${pattern})$` : pattern
}

function flag(letter: 'i' | 'm' | 's'): Transform {
  return term => {
    if (term.kind !== 'regex') throw new Error('only after "re"')
    return [{ ...term, flags: term.flags + letter }]
  }
}

function flagsOf(flags: string) {
  return { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') }
}

function compare(operator: 'gt' | 'gte' | 'lt' | 'lte'): Transform {
  return (term, { first }) => {
    if (!first) throw new Error('does not go with modifiers before it')
    const text =
      term.kind === 'value' && typeof term.value !== 'boolean' && term.value !== null ? writtenText(term.value) : ''
    const number = Number(term.kind === 'text' ? textOf(term).trim() || Number.NaN : text || Number.NaN)
    if (!Number.isFinite(number)) throw new Error('needs a number')
    return [{ kind: 'done', matcher: { kind: 'compare', operator, value: number } }]
  }
}

function encode(encoding: 'utf16le' | 'utf16be' | 'utf16'): Transform {
  return term => {
    const text = textTerm(term)
    if (text.binary) throw new Error('the value is encoded already')
    return dashForms(text.parts).map(parts => ({
      ...text,
      binary: true,
      parts: [
        ...(encoding === 'utf16' ? ['\u00ff\u00fe'] : []),
        ...parts.map(part => (typeof part === 'string' ? wideBytes(part, encoding === 'utf16be') : part)),
      ],
    }))
  }
}

function plainTexts(term: Term) {
  const text = textTerm(term)
  return dashForms(text.parts).map(parts => {
    if (parts.some(part => typeof part !== 'string')) throw new Error('a value with wildcards cannot be encoded')
    return { ...text, parts }
  })
}

function expandRegex(term: Extract<Term, { kind: 'regex' }>, placeholders: Placeholders, unresolved: string[]): Term[] {
  const pattern = term.pattern.replace(placeholder, (_whole, name: string) => {
    const values = replacements(name, placeholders, unresolved)
    return `(?:${values.map(value => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`
  })
  return [{ ...term, pattern }]
}

function textTerm(term: Term): Extract<Term, { kind: 'text' }> {
  if (term.kind === 'text') return term
  if (term.kind === 'value' && term.value !== null) return { kind: 'text', parts: [writtenText(term.value)] }
  throw new Error('does not go with what stands before it')
}

function textOf(term: Term): string {
  return textTerm(term)
    .parts.map(part => (typeof part === 'string' ? part : part === anyText ? '*' : '?'))
    .join('')
}

function isTimePart(word: string): word is TimePart {
  return ['minute', 'hour', 'day', 'week', 'month', 'year'].includes(word)
}
