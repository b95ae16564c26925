import { goesBy } from './correlation-condition.ts'
import { CorrelationWindow } from './correlation-window.ts'
import type { EventView } from './event.ts'
import { eventTime } from './event-time.ts'
import type { AnyRule, Correlation, Problem, Rule } from './rule.ts'

/** Looks for correlations (specification of correlation rules) in matches as they come. Memory is bounded. */
export interface Correlator {
  /** Correlations that this match of a rule completes. */
  push(rule: Rule, event: EventView, time?: number): Correlation[]
  /** It is this late now, in milliseconds since 1970: what nothing can come of any more is forgotten. Does nothing unless `live`. */
  pass(time: number): void
}

export interface CorrelatorOptions {
  /**
   * Events come as they happen, and for months. Far less is kept, a correlation of a group is told once in its span, and of clocks that
   * were ahead nothing remains; events that come late by more than the span are taken for those of a clock that was put back.
   */
  readonly live?: boolean
}

const sweepEveryMilliseconds = 60_000

export function createCorrelator(
  correlations: readonly Correlation[],
  { live = false }: CorrelatorOptions = {},
): Correlator {
  const windows = correlations.map(correlation => new CorrelationWindow(correlation, live))
  const silent = silentSources(correlations)
  let swept = Number.NEGATIVE_INFINITY
  return {
    push(rule, event, time) {
      const completed: Correlation[] = []
      const arrived: (Rule | Correlation)[] = [rule]
      // Correlations stand after those that they refer to, so one pass serves chains too.
      for (const window of windows) {
        const { correlation } = window
        const sources = arrived.filter(source => refersTo(correlation, source))
        if (sources.length === 0) continue
        const at = time ?? eventTime(event, correlation.timeField)
        if (at === undefined) continue
        const met = sources.flatMap(source => window.receive(source, event, at) ?? [])
        if (met.length === 0) continue
        arrived.push(correlation)
        if (!live || met.some(group => window.isNews(group, at))) completed.push(correlation)
      }
      return completed.filter(correlation => !silent.has(correlation))
    },
    pass(time) {
      if (!live || Math.abs(time - swept) < sweepEveryMilliseconds) return
      swept = time
      for (const window of windows) window.sweep(time)
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
