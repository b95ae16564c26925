import { createHash } from 'node:crypto'
import { type Entry, holds } from './correlation-condition.ts'
import type { EventView } from './event.ts'
import type { Correlation, Rule } from './rule.ts'

/** The events of one value of `group-by`, in the order of their times. */
interface Group {
  readonly entries: Entry[]
  /** When it was last told that they meet the condition. */
  told?: number
}

interface Limits {
  readonly groups: number
  readonly entriesOfGroup: number
  /** Of all groups together. */
  readonly entries: number
}

const replayed: Limits = { groups: 20_000, entriesOfGroup: 20_000, entries: Number.POSITIVE_INFINITY }
const lived: Limits = { groups: 2000, entriesOfGroup: 1000, entries: 5000 }
const longestKept = 120

/** What one correlation remembers, bounded in groups, in entries of a group and in all of them. */
export class CorrelationWindow {
  readonly correlation: Correlation
  readonly #live: boolean
  readonly #limits: Limits
  readonly #spanMs: number
  /** The one used last stands last, so the first is the one to forget. */
  readonly #groups = new Map<string, Group>()
  #kept = 0

  constructor(correlation: Correlation, live: boolean) {
    this.correlation = correlation
    this.#live = live
    this.#limits = live ? lived : replayed
    this.#spanMs = correlation.timespanSeconds * 1000
  }

  /** How many events it remembers. */
  get kept(): number {
    return this.#kept
  }

  /** The event's group, if that meets the condition with this event. */
  receive(source: Rule | Correlation, event: EventView, time: number): Group | undefined {
    const key = groupKey(this.correlation, source, event)
    if (key === undefined) return undefined
    const value = fieldValue(this.correlation, source, event)
    const group: Group = this.#groups.get(key) ?? { entries: [] }
    this.#forget(key)
    this.#add(group.entries, { time, rule: source, ...(value === undefined ? {} : { value }) })
    this.#groups.set(key, group)
    this.#kept += group.entries.length
    this.#bound()
    const span = this.#spanMs
    const counted = group.entries.filter(entry => entry.time >= time - span && entry.time <= time + span)
    return holds(this.correlation, counted) ? group : undefined
  }

  /** False when the same was told of this group within the span. */
  isNews(group: Group, time: number): boolean {
    const { told } = group
    if (told !== undefined && Math.abs(time - told) < this.#spanMs) return false
    group.told = time
    return true
  }

  /** Takes away groups of which no entry can count together with an event of now. */
  sweep(time: number): void {
    for (const [key, { entries }] of this.#groups)
      if (entries.every(entry => Math.abs(entry.time - time) > this.#spanMs)) this.#forget(key)
  }

  #add(entries: Entry[], entry: Entry): void {
    // Without this, one event from a clock that was ahead would make each later one look too old until that time comes.
    while (this.#live && (entries.at(-1)?.time ?? entry.time) > entry.time + this.#spanMs) entries.pop()
    insert(entries, entry)
    const latest = entries.at(-1)?.time ?? entry.time
    const stale = entries.findIndex(one => one.time >= latest - this.#spanMs)
    const tooMany = entries.length - this.#limits.entriesOfGroup
    if (stale > 0 || tooMany > 0) entries.splice(0, Math.max(stale, tooMany))
  }

  #bound(): void {
    while (this.#groups.size > this.#limits.groups || (this.#kept > this.#limits.entries && this.#groups.size > 1))
      this.#forget(this.#groups.keys().next().value ?? '')
  }

  #forget(key: string): void {
    this.#kept -= this.#groups.get(key)?.entries.length ?? 0
    this.#groups.delete(key)
  }
}

function insert(entries: Entry[], entry: Entry) {
  let at = entries.length
  while (at > 0 && (entries[at - 1]?.time ?? 0) > entry.time) at--
  entries.splice(at, 0, entry)
}

/** Undefined where the event lacks a field to group by: then it belongs to no group. */
function groupKey(correlation: Correlation, source: Rule | Correlation, event: EventView): string | undefined {
  const values: string[] = []
  for (const name of correlation.groupBy) {
    const text = event.slot(resolved(correlation, source, name)).texts[0]
    if (text === undefined) return undefined
    values.push(text)
  }
  return short(JSON.stringify(values))
}

function fieldValue(correlation: Correlation, source: Rule | Correlation, event: EventView): string | undefined {
  const texts = correlation.valueFields.map(name => event.slot(resolved(correlation, source, name)).texts[0])
  return texts.length === 0 || texts.every(text => text === undefined) ? undefined : short(texts.join('\u0000'))
}

function resolved({ aliases }: Correlation, source: Rule | Correlation, name: string): string {
  const fields = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  return fields?.[source.name ?? ''] ?? fields?.[source.id] ?? name
}

/** Long texts of a stranger are not kept. */
function short(text: string): string {
  return text.length <= longestKept ? text : createHash('sha256').update(text).digest('base64')
}
