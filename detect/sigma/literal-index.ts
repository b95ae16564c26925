import type { EventView } from './event.ts'
import type { Item } from './modifiers.ts'
import { fold, shapeOf } from './text-pattern.ts'

/** A text that a field must hold (or end with), folded. No field: any value of the event. */
export interface Literal {
  readonly field?: string
  readonly place: 'end' | 'anywhere'
  readonly text: string
}

/** Literals of which at least one must be there for a match; undefined where nothing of that kind can be said. */
export type Needed = readonly Literal[] | undefined

const width = 3

/** What an item of a selection needs. */
export function neededBy({ field, time, all, negated, values }: Item): Needed {
  if (negated || time !== undefined) return undefined
  const each = values.map(one => literalsOf(one.matcher, field))
  return all ? mostTelling(each) : together(each)
}

/** For parts that all must hold: the one that says most. */
export function mostTelling(parts: readonly Needed[]): Needed {
  let best: Needed
  for (const part of parts) if (part && (!best || telling(part) > telling(best))) best = part
  return best
}

/** For parts of which one must hold. */
export function together(parts: readonly Needed[]): Needed {
  const all: Literal[] = []
  for (const part of parts) {
    if (!part) return undefined
    all.push(...part)
  }
  // A list that grew by pushing has room for more, which thousands of them would keep.
  return all.length > 2000 ? undefined : all.slice()
}

/** Finds, of many things with their needed literals, those that an event can concern at all. */
export interface LiteralIndex {
  /** Their positions, in order; those that need nothing are always among them. */
  candidates(event: EventView): number[]
}

interface Entry {
  readonly text: string
  readonly owners: number[]
}

interface FieldIndex {
  readonly field: string | undefined
  readonly ends: Map<string, Entry[]>
  readonly anywhere: Map<string, Entry[]>
}

export function indexLiterals(needs: readonly Needed[]): LiteralIndex {
  const always: number[] = []
  const fields = new Map<string | undefined, FieldIndex>()
  for (const [owner, needed] of needs.entries()) {
    if (!needed) always.push(owner)
    for (const { field, place, text } of needed ?? []) {
      const index = fields.get(field) ?? { field, ends: new Map(), anywhere: new Map() }
      fields.set(field, index)
      if (place === 'end') addEntry(index.ends, text.slice(-width), text, owner)
      else addEntry(index.anywhere, rarestRun(index.anywhere, text), text, owner)
    }
  }
  return {
    candidates(event) {
      const found = new Set(always)
      for (const index of fields.values()) {
        const slot = index.field === undefined ? event.everything() : event.slot(index.field)
        for (const text of slot.folded) search(index, text, found)
      }
      return [...found].sort((one, other) => one - other)
    },
  }
}

function search({ ends, anywhere }: FieldIndex, text: string, found: Set<number>) {
  for (const entry of ends.get(text.slice(-width)) ?? []) if (text.endsWith(entry.text)) mark(entry, found)
  if (anywhere.size === 0) return
  const seen = new Set<string>()
  for (let at = 0; at + width <= text.length; at++) {
    const run = text.slice(at, at + width)
    const entries = anywhere.get(run)
    if (entries === undefined || seen.has(run)) continue
    seen.add(run)
    for (const entry of entries) if (text.includes(entry.text)) mark(entry, found)
  }
}

function mark({ owners }: Entry, found: Set<number>) {
  for (const owner of owners) found.add(owner)
}

function addEntry(map: Map<string, Entry[]>, key: string, text: string, owner: number) {
  const entries = map.get(key) ?? []
  map.set(key, entries)
  const known = entries.find(entry => entry.text === text)
  if (!known) entries.push({ text, owners: [owner] })
  else if (known.owners.at(-1) !== owner) known.owners.push(owner)
}

/** The run under which fewest texts stand so far. The same text goes under the same run while it is not crowded. */
function rarestRun(map: ReadonlyMap<string, Entry[]>, text: string): string {
  let best = text.slice(0, width)
  for (let at = 0; at + width <= text.length; at++) {
    const run = text.slice(at, at + width)
    const entries = map.get(run) ?? []
    if (entries.some(entry => entry.text === text)) return run
    if (entries.length < (map.get(best)?.length ?? 0)) best = run
  }
  return best
}

function literalsOf(matcher: Item['values'][number]['matcher'], field: string | undefined): Needed {
  if (matcher.kind === 'either') return together(matcher.matchers.map(one => literalsOf(one, field)))
  if (matcher.kind !== 'text') return undefined
  const shape = shapeOf(matcher.parts)
  if (shape.kind === 'anything') return undefined
  const texts = shape.kind === 'pieces' ? shape.parts.filter(part => typeof part === 'string') : [shape.text]
  const longest = texts.reduce((best, text) => (text.length > best.length ? text : best), '')
  const text = fold(longest)
  if (text.length < width) return undefined
  const place = shape.kind === 'equals' || shape.kind === 'ends' ? 'end' : 'anywhere'
  return [{ ...(field === undefined ? {} : { field }), place, text }]
}

/** Long literals and short lists turn most events down. */
function telling(literals: readonly Literal[]): number {
  const shortest = literals.reduce((least, { text }) => Math.min(least, text.length), 40)
  return shortest - literals.length / 4 + (literals[0]?.place === 'end' ? 8 : 0)
}
