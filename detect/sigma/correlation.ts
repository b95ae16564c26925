import type { EventView } from './event.ts'
import { eventTime } from './event-time.ts'
import type { AnyRule, Bound, Correlation, Problem, Rule } from './rule.ts'

/** Looks for correlations (specification of correlation rules) in matches as they come. Memory is bounded. */
export interface Correlator {
  /** Correlations that this match of a rule completes. */
  push(rule: Rule, event: EventView, time?: number): Correlation[]
}

interface Entry {
  readonly time: number
  readonly rule: Rule | Correlation
  readonly value?: string
}

const mostGroups = 20_000
const mostEntries = 20_000

export function createCorrelator(correlations: readonly Correlation[]): Correlator {
  const windows = correlations.map(correlation => ({ correlation, groups: new Map<string, Entry[]>() }))
  const silent = silentSources(correlations)
  return {
    push(rule, event, time) {
      const completed: Correlation[] = []
      const arrived: (Rule | Correlation)[] = [rule]
      // Correlations stand after those that they refer to, so one pass serves chains too.
      for (const { correlation, groups } of windows) {
        const sources = arrived.filter(source => refersTo(correlation, source))
        if (sources.length === 0) continue
        const at = time ?? eventTime(event, correlation.timeField)
        if (at === undefined) continue
        let met = false
        for (const source of sources) met = receive(correlation, groups, source, event, at) || met
        if (!met) continue
        arrived.push(correlation)
        completed.push(correlation)
      }
      return completed.filter(correlation => !silent.has(correlation))
    },
  }
}

/** Correlations in an order in which they can be chained, and the rules that say nothing of their own. */
export function orderCorrelations(rules: readonly AnyRule[], errors: Problem[]) {
  const waiting = rules.filter(rule => rule.kind === 'correlation')
  const sources: (Rule | Correlation)[] = rules.filter(rule => rule.kind === 'rule')
  const correlations: Correlation[] = []
  for (let left = waiting; left.length > 0; ) {
    const ready = left.filter(one => one.rules.every(name => sources.some(source => goesBy(source, name))))
    if (ready.length === 0) {
      for (const one of left) errors.push(unready(one, sources))
      break
    }
    correlations.push(...ready)
    sources.push(...ready)
    left = left.filter(one => !ready.includes(one))
  }
  const silent = new Set<Rule | Correlation>()
  for (const source of sources) {
    const users = correlations.filter(correlation => refersTo(correlation, source))
    if (users.length > 0 && users.every(correlation => !correlation.generate)) silent.add(source)
  }
  return { correlations, silent }
}

function silentSources(correlations: readonly Correlation[]): Set<Correlation> {
  return new Set(
    correlations.filter(one => {
      const users = correlations.filter(other => refersTo(other, one))
      return users.length > 0 && users.every(other => !other.generate)
    }),
  )
}

function unready(correlation: Correlation, sources: readonly (Rule | Correlation)[]): Problem {
  const missing = correlation.rules.filter(name => !sources.some(source => goesBy(source, name)))
  return {
    ...(correlation.file === undefined ? {} : { file: correlation.file }),
    line: correlation.line,
    rule: correlation.id,
    message: `refers to rules that are not there or refer back to it: ${missing.join(', ')}`,
  }
}

function refersTo(correlation: Correlation, source: Rule | Correlation): boolean {
  return correlation.rules.some(name => goesBy(source, name))
}

function goesBy(source: Rule | Correlation, name: string): boolean {
  return source.id === name || source.name === name
}

function receive(
  correlation: Correlation,
  groups: Map<string, Entry[]>,
  source: Rule | Correlation,
  event: EventView,
  time: number,
): boolean {
  const key = groupKey(correlation, source, event)
  if (key === undefined) return false
  const value = fieldValue(correlation, source, event)
  const entries = groups.get(key) ?? []
  insert(entries, { time, rule: source, ...(value === undefined ? {} : { value }) })
  const latest = entries.at(-1)?.time ?? time
  const span = correlation.timespanSeconds * 1000
  const stale = entries.findIndex(entry => entry.time >= latest - span)
  if (stale > 0) entries.splice(0, stale)
  if (entries.length > mostEntries) entries.splice(0, entries.length - mostEntries)
  // The group used last stands last, so the first is the one to forget.
  groups.delete(key)
  groups.set(key, entries)
  if (groups.size > mostGroups) groups.delete(groups.keys().next().value ?? '')
  return holds(
    correlation,
    entries.filter(entry => entry.time >= time - span && entry.time <= time + span),
  )
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
  return JSON.stringify(values)
}

function fieldValue(correlation: Correlation, source: Rule | Correlation, event: EventView): string | undefined {
  const texts = correlation.valueFields.map(name => event.slot(resolved(correlation, source, name)).texts[0])
  return texts.length === 0 || texts.every(text => text === undefined) ? undefined : texts.join('\u0000')
}

function resolved({ aliases }: Correlation, source: Rule | Correlation, name: string): string {
  const fields = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  return fields?.[source.name ?? ''] ?? fields?.[source.id] ?? name
}

function holds(correlation: Correlation, entries: readonly Entry[]): boolean {
  const values = entries.flatMap(entry => entry.value ?? [])
  const sum = values.reduce((total, value) => total + (Number(value) || 0), 0)
  switch (correlation.type) {
    case 'event_count':
      return within(entries.length, correlation.bounds)
    case 'value_count':
      return within(new Set(values).size, correlation.bounds)
    case 'value_sum':
      return values.length > 0 && within(sum, correlation.bounds)
    case 'value_avg':
      return values.length > 0 && within(sum / values.length, correlation.bounds)
    case 'temporal':
      return temporal(correlation, entries)
    case 'temporal_ordered':
      return inOrder(correlation.rules, entries)
  }
}

function temporal({ rules, bounds }: Correlation, entries: readonly Entry[]): boolean {
  const seen = rules.filter(name => entries.some(entry => goesBy(entry.rule, name))).length
  return bounds.length === 0 ? seen === rules.length : within(seen, bounds)
}

function inOrder(rules: readonly string[], entries: readonly Entry[]): boolean {
  let next = 0
  for (const entry of entries) {
    const name = rules[next]
    if (name !== undefined && goesBy(entry.rule, name)) next++
  }
  return next === rules.length
}

function within(count: number, bounds: readonly Bound[]): boolean {
  return bounds.every(({ operator, value }) => {
    if (operator === 'gt') return count > value
    if (operator === 'gte') return count >= value
    if (operator === 'lt') return count < value
    if (operator === 'lte') return count <= value
    return operator === 'eq' ? count === value : count !== value
  })
}
