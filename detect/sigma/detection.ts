import type { EventView } from './event.ts'
import { mostTelling, type Needed, neededBy, together } from './literal-index.ts'
import { anyTest, compileMatcher, type SlotTest, timeSlot } from './matcher.ts'
import { type Item, readItem } from './modifiers.ts'
import type { Placeholders } from './placeholders.ts'
import { isMapping, type Mapping } from './value.ts'
import type { Value } from './rule.ts'

/** Why a rule matched: this field held this value, which fits what the rule says. */
export interface Matched {
  readonly selection: string
  /** Absent for keywords. */
  readonly field?: string
  /** Absent where the rule asked that there be none. */
  readonly value?: string
  /** As the rule writes it, with its modifiers. */
  readonly pattern: string
}

/** One named selection of a rule. */
export interface Detection {
  readonly fields: readonly string[]
  readonly unresolved: readonly string[]
  readonly needed: Needed
  test(event: EventView): boolean
  explain(event: EventView, selection: string): Matched[]
}

/** Maps are joined with "and", lists with "or", a bare value is a keyword (specification, "Detection"). */
export function compileDetection(value: Value, placeholders: Placeholders, depth = 0): Detection {
  if (depth > 20) throw new Error('detection is nested too deep')
  if (isMapping(value)) {
    const entries = Object.entries(value)
    if (entries.length === 0) throw new Error('an empty map selects nothing')
    return joined(
      entries.map(([key, inner]) => compileItem(key, inner, placeholders)),
      'every',
    )
  }
  if (!Array.isArray(value)) return compileItem('', value, placeholders)
  if (value.length === 0) throw new Error('an empty list selects nothing')
  const words = value.filter(item => !isMapping(item) && !Array.isArray(item))
  const inner = value.filter(item => isMapping(item) || Array.isArray(item))
  const parts = inner.map(item => compileDetection(item, placeholders, depth + 1))
  if (words.length > 0) parts.push(compileItem('', words, placeholders))
  return joined(parts, 'some')
}

function joined(parts: readonly Detection[], how: 'every' | 'some'): Detection {
  const only = parts[0]
  if (parts.length === 1 && only) return only
  return {
    fields: parts.flatMap(part => part.fields),
    unresolved: parts.flatMap(part => part.unresolved),
    needed: (how === 'every' ? mostTelling : together)(parts.map(part => part.needed)),
    test: how === 'every' ? event => testEvery(parts, event) : event => parts.some(part => part.test(event)),
    explain: (event, selection) =>
      parts.filter(part => part.test(event)).flatMap(part => part.explain(event, selection)),
  }
}

function testEvery(parts: readonly Detection[], event: EventView): boolean {
  for (const part of parts) if (!part.test(event)) return false
  return true
}

function compileItem(key: string, value: Value, placeholders: Placeholders): Detection {
  if (isMapping(value)) throw new Error(`"${key}" holds a map where a value must be`)
  const { field, time, negated, tests, ...rest } = testsOf(key, value, placeholders)
  let item: Item | undefined
  let single: SlotTest[] | undefined
  const slotOf = (event: EventView) => {
    const slot = field === undefined ? event.everything() : event.slot(field)
    return time === undefined ? slot : timeSlot(slot, time)
  }
  const met = (event: EventView) => {
    const slot = slotOf(event)
    for (const test of tests) if (test(slot, event) < 0) return false
    return true
  }
  return {
    ...rest,
    test: negated ? event => event.not(met) : met,
    explain: (event, selection) => {
      // Kept from the start, it would be most of what a rule takes of the memory, and few rules ever match.
      item ??= readItem(key, value, placeholders)
      single ??= item.values.map(one => compileMatcher(one.matcher))
      return explainItem(item, single, key, slotOf(event), event, selection)
    },
  }
}

function testsOf(key: string, value: Exclude<Value, Mapping>, placeholders: Placeholders) {
  const item = readItem(key, value, placeholders)
  const { field, time, all, negated, values, unresolved } = item
  const matchers = values.map(one => one.matcher)
  return {
    field,
    time,
    negated,
    tests: all ? matchers.map(compileMatcher) : [anyTest(matchers)],
    fields: [...(field === undefined ? [] : [field]), ...matchers.flatMap(referredField)],
    unresolved,
    needed: neededBy(item),
  }
}

function referredField(matcher: Item['values'][number]['matcher']): string[] {
  return matcher.kind === 'field' ? [matcher.field] : []
}

function explainItem(
  { field, negated, values }: Item,
  tests: readonly SlotTest[],
  key: string,
  slot: ReturnType<EventView['slot']>,
  event: EventView,
  selection: string,
): Matched[] {
  const where = { selection, ...(field === undefined ? {} : { field }) }
  const modifiers = key.includes('|') ? key.slice(key.indexOf('|')) : ''
  if (negated) {
    const held = slot.texts[0]
    const pattern = `${modifiers}: ${values.map(one => one.text).join(', ')}`.slice(1)
    return [{ ...where, ...(held === undefined ? {} : { value: held }), pattern }]
  }
  const found: Matched[] = []
  for (const [at, { text }] of values.entries()) {
    const index = tests[at]?.(slot, event) ?? -1
    if (index < 0) continue
    const held = slot.texts[index]
    found.push({
      ...where,
      ...(held === undefined ? {} : { value: held }),
      pattern: modifiers === '' ? text : `${modifiers.slice(1)}: ${text}`,
    })
  }
  return found
}
