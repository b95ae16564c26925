import type { Bound, Correlation, Rule } from './rule.ts'

/** One event that a correlation counts. */
export interface Entry {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly rule: Rule | Correlation
  readonly value?: string
}

export function goesBy(source: Rule | Correlation, name: string): boolean {
  return source.id === name || source.name === name
}

/** Whether the entries of one group, in the order of their times, meet the condition. */
export function holds(correlation: Correlation, entries: readonly Entry[]): boolean {
  switch (correlation.type) {
    case 'event_count':
      return within(entries.length, correlation.bounds)
    case 'value_count':
      return within(new Set(valuesOf(entries)).size, correlation.bounds)
    case 'value_sum':
      return someWithin(valuesOf(entries), sumOf, correlation.bounds)
    case 'value_avg':
      return someWithin(valuesOf(entries), values => sumOf(values) / values.length, correlation.bounds)
    case 'temporal':
      return temporal(correlation, entries)
    case 'temporal_ordered':
      return inOrder(correlation.rules, entries)
  }
}

function valuesOf(entries: readonly Entry[]): string[] {
  return entries.flatMap(entry => entry.value ?? [])
}

function sumOf(values: readonly string[]): number {
  return values.reduce((total, value) => total + (Number(value) || 0), 0)
}

function someWithin(
  values: readonly string[],
  amount: (values: readonly string[]) => number,
  bounds: readonly Bound[],
) {
  return values.length > 0 && within(amount(values), bounds)
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
