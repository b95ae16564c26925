import { inNetwork, type Network } from './cidr.ts'
import type { EventView, Slot } from './event.ts'
import { gramsOf, mayHold, type Needle, needleFrom } from './grams.ts'
import type { SafeRegex } from './regex.ts'
import { fold, matchesParts, type Part, shapeOf } from './text-pattern.ts'

export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

/** What one value of a rule asks of a field. */
export type Matcher =
  | { readonly kind: 'text'; readonly parts: readonly Part[]; readonly cased: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly wanted: boolean }
  | { readonly kind: 'regex'; readonly regex: SafeRegex }
  | { readonly kind: 'cidr'; readonly network: Network }
  | { readonly kind: 'compare'; readonly operator: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: number }
  | {
      readonly kind: 'field'
      readonly field: string
      readonly edge: '' | 'contains' | 'startswith' | 'endswith'
      readonly cased: boolean
    }
  | { readonly kind: 'either'; readonly matchers: readonly Matcher[] }

/** Index of the first value of the field that matches, 0 where the absence of values matches, else -1. */
export type SlotTest = (slot: Slot, event: EventView) => number

export function compileMatcher(matcher: Matcher): SlotTest {
  switch (matcher.kind) {
    case 'text':
      return textTest(matcher.parts, matcher.cased)
    case 'number':
      return numberTest(matcher.value)
    case 'null':
      return slot => (slot.empty ? 0 : -1)
    case 'exists':
      return slot => (slot.present === matcher.wanted ? 0 : -1)
    case 'regex':
      return (slot, event) => slot.texts.findIndex(text => matcher.regex.test(text) ?? event.doubt())
    case 'cidr':
      return slot => slot.texts.findIndex(text => inNetwork(text, matcher.network))
    case 'compare':
      return slot => slot.values.findIndex(value => compares(numberFrom(value), matcher.operator, matcher.value))
    case 'field':
      return fieldTest(matcher)
    case 'either':
      return anyTest(matcher.matchers)
  }
}

/** One test for a list of values; plain texts of a kind are taken together. */
export function anyTest(matchers: readonly Matcher[]): SlotTest {
  const equal = new Set<string>()
  const searched: { starts: string[]; ends: string[]; contains: string[] } = { starts: [], ends: [], contains: [] }
  const others: SlotTest[] = []
  for (const matcher of flatten(matchers)) {
    const shape = matcher.kind === 'text' && !matcher.cased ? shapeOf(matcher.parts) : undefined
    if (shape?.kind === 'equals') equal.add(fold(shape.text))
    else if (shape && shape.kind !== 'anything' && shape.kind !== 'pieces') searched[shape.kind].push(fold(shape.text))
    else others.push(compileMatcher(matcher))
  }
  const only = others[0]
  const [starts, ends] = [searched.starts.slice(), searched.ends.slice()]
  const contains = searched.contains.map(needleFrom)
  if (only && others.length === 1 && equal.size + starts.length + ends.length + contains.length === 0) return only
  return (slot, event) => {
    for (let index = 0; index < slot.folded.length; index++) {
      const text = slot.folded[index] ?? ''
      if (equal.size > 0 && equal.has(text)) return index
      for (const end of ends) if (text.endsWith(end)) return index
      for (const start of starts) if (text.startsWith(start)) return index
      if (contains.length > 0 && holdsAny(slot, index, text, contains)) return index
    }
    for (const test of others) {
      const index = test(slot, event)
      if (index >= 0) return index
    }
    return -1
  }
}

function holdsAny(slot: Slot, index: number, text: string, needles: readonly Needle[]): boolean {
  let grams = slot.grams[index]
  if (!grams) {
    grams = gramsOf(text)
    slot.grams[index] = grams
  }
  for (const needle of needles) if (mayHold(grams, needle) && text.includes(needle.text)) return true
  return false
}

/** The slot of a field's part of a date (specification, "Time Modifiers": no conversion of zones or formats). */
export function timeSlot(slot: Slot, part: TimePart): Slot {
  const values = slot.values.flatMap(value => timePart(value, part) ?? [])
  const texts = values.map(String)
  return { present: slot.present, empty: values.length === 0, values, texts, folded: texts, grams: [] }
}

function flatten(matchers: readonly Matcher[]): Matcher[] {
  return matchers.flatMap(matcher => (matcher.kind === 'either' ? flatten(matcher.matchers) : [matcher]))
}

function textTest(parts: readonly Part[], cased: boolean): SlotTest {
  const prepared = cased ? parts : parts.map(part => (typeof part === 'string' ? fold(part) : part))
  const shape = shapeOf(prepared)
  const test = shapeTest(shape)
  return slot => (cased ? slot.texts : slot.folded).findIndex(test)
}

function shapeTest(shape: ReturnType<typeof shapeOf>): (text: string) => boolean {
  if (shape.kind === 'anything') return () => true
  if (shape.kind === 'pieces') return piecesTest(shape.parts)
  const wanted = shape.text
  if (shape.kind === 'equals') return text => text === wanted
  if (shape.kind === 'starts') return text => text.startsWith(wanted)
  return shape.kind === 'ends' ? text => text.endsWith(wanted) : text => text.includes(wanted)
}

/** Most texts are turned down by the longest literal before any wildcard is tried. */
function piecesTest(parts: readonly Part[]): (text: string) => boolean {
  const literal = parts.reduce<string>(
    (best, part) => (typeof part === 'string' && part.length > best.length ? part : best),
    '',
  )
  return text => text.includes(literal) && matchesParts(parts, text)
}

function numberTest(wanted: number): SlotTest {
  const text = String(wanted)
  return slot => slot.values.findIndex((value, index) => value === wanted || slot.texts[index] === text)
}

function compares(value: number, operator: 'gt' | 'gte' | 'lt' | 'lte', limit: number): boolean {
  if (operator === 'gt') return value > limit
  if (operator === 'gte') return value >= limit
  return operator === 'lt' ? value < limit : value <= limit
}

/** NaN, which no comparison holds for, where it is no number. */
function numberFrom(value: string | number | boolean): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+)\s*$/i.test(value)
    ? Number(value)
    : Number.NaN
}

function fieldTest({ field, edge, cased }: Extract<Matcher, { kind: 'field' }>): SlotTest {
  return (slot, event) => {
    const other = event.slot(field)
    const wanted = cased ? other.texts : other.folded
    return (cased ? slot.texts : slot.folded).findIndex(text => wanted.some(word => holds(text, word, edge)))
  }
}

function holds(text: string, word: string, edge: string): boolean {
  if (edge === '') return text === word
  if (edge === 'contains') return text.includes(word)
  return edge === 'startswith' ? text.startsWith(word) : text.endsWith(word)
}

function timePart(value: string | number | boolean, part: TimePart): number | undefined {
  const date = dateOf(value)
  if (!date) return undefined
  if (part === 'minute') return date.getUTCMinutes()
  if (part === 'hour') return date.getUTCHours()
  if (part === 'day') return date.getUTCDate()
  if (part === 'month') return date.getUTCMonth() + 1
  return part === 'year' ? date.getUTCFullYear() : isoWeek(date)
}

/** The date as written, its zone left aside; a number is seconds or milliseconds since 1970. */
function dateOf(value: string | number | boolean): Date | undefined {
  if (typeof value === 'boolean') return undefined
  const match = /^\s*(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d))?/.exec(String(value))
  if (match) {
    const [, year, month, day, hour, minute] = match.map(Number)
    return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour || 0, minute || 0))
  }
  const number = numberFrom(value)
  const date = new Date(Math.abs(number) < 1e11 ? number * 1000 : number)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function isoWeek(date: Date): number {
  const day = 86_400_000
  const thursday = date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * day
  const firstDay = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)
  return Math.floor((thursday - firstDay) / (7 * day)) + 1
}
