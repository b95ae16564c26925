import { compileConditions, type Tester } from './condition-test.ts'
import { type Correlator, createCorrelator, orderCorrelations } from './correlation.ts'
import { compileDetection, type Detection, type Matched } from './detection.ts'
import { EventView } from './event.ts'
import { checkFields, type KnownFields } from './check-fields.ts'
import { indexLiterals, type LiteralIndex, type Needed } from './literal-index.ts'
import { fitsLogSource, type View } from './log-source.ts'
import type { Placeholders } from './placeholders.ts'
import type { AnyRule, Correlation, Filter, LogSource, Problem, Rule } from './rule.ts'

export interface CompileOptions {
  /** Which fields a log source has; undefined for those that nothing is known of. */
  readonly knownFields?: KnownFields
  /** Rules of others: a field that does not exist is a warning, not an error. */
  readonly foreign?: boolean
  readonly placeholders?: Placeholders
}

/** Rules made ready to look at events. */
export interface RuleSet {
  readonly rules: readonly Rule[]
  /** Those that refer to others come after them. */
  readonly correlations: readonly Correlation[]
  readonly errors: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Compiled rules for a log source that an event can concern at all. */
  candidates(source: LogSource, event: EventView): readonly CompiledRule[]
}

export interface CompiledRule {
  readonly rule: Rule
  /** Correlations use it and it says nothing of its own. */
  readonly silent: boolean
  /** Without one of these in the event it cannot match. */
  readonly needed: Needed
  test(event: EventView): boolean
  explain(event: EventView): Matched[]
}

/** One rule matched one event. */
export interface Match {
  readonly rule: Rule | Correlation
  readonly matched: readonly Matched[]
}

/** A rule that is broken is an error of its own; the others are compiled. */
export function compileRules(rules: readonly AnyRule[], options: CompileOptions = {}): RuleSet {
  const errors: Problem[] = []
  const warnings: Problem[] = []
  const filters = compileFilters(rules, options, errors)
  const { correlations, silent } = orderCorrelations(rules, errors)
  const compiled: CompiledRule[] = []
  const seen = new Map<string, AnyRule>()
  for (const rule of rules) {
    const twin = seen.get(rule.id)
    if (twin) warnings.push(problem(rule, `the id is also that of "${twin.title}"`))
    seen.set(rule.id, rule)
    if (rule.kind !== 'rule') continue
    try {
      const { tester, problems, never } = compileRule(rule, options)
      const bad = problems.filter(found => found.kind === 'error')
      for (const found of problems) (found.kind === 'error' ? errors : warnings).push(problem(rule, found.message))
      if (never || bad.length > 0) continue
      const own = filters.filter(filter => concerns(filter.filter, rule))
      const test =
        own.length === 0
          ? tester.test
          : (event: EventView) => tester.test(event) && own.every(filter => filter.test(event))
      compiled.push({ rule, silent: silent.has(rule), needed: tester.needed, test, explain: tester.explain })
    } catch (error) {
      errors.push(problem(rule, error instanceof Error ? error.message : String(error)))
    }
  }
  return {
    rules: compiled.map(({ rule }) => rule),
    correlations,
    errors,
    warnings,
    candidates: candidatesOf(compiled),
  }
}

/** Rules that a log source can concern. */
interface Concerned {
  readonly rules: readonly CompiledRule[]
  readonly index: LiteralIndex
}

function candidatesOf(compiled: readonly CompiledRule[]): RuleSet['candidates'] {
  const bySource = new Map<string, Concerned>()
  const byObject = new WeakMap<LogSource, Concerned>()
  const find = (source: LogSource) => {
    const key = JSON.stringify([source.category, source.product, source.service])
    let known = bySource.get(key)
    if (!known) {
      const rules = compiled.filter(({ rule }) => fitsLogSource(rule.logsource, source))
      known = { rules, index: indexLiterals(rules.map(({ needed }) => needed)) }
      if (bySource.size < 1000) bySource.set(key, known)
    }
    return known
  }
  return (source, event) => {
    let known = byObject.get(source)
    if (!known) {
      known = find(source)
      byObject.set(source, known)
    }
    const { rules, index } = known
    return rules.length === 0 ? [] : index.candidates(event).flatMap(at => rules[at] ?? [])
  }
}

/** Rules that match an event, of those that speak for themselves. */
export function evaluate(ruleSet: RuleSet, fields: View['fields'], source: LogSource): Match[] {
  return matchesOf(ruleSet, [{ source, fields }]).flatMap(({ compiled, event }) =>
    compiled.silent ? [] : { rule: compiled.rule, matched: compiled.explain(event) },
  )
}

export interface StreamOptions {
  /** Events come as they happen and for months: what correlations keep is small, and forgotten in time. */
  readonly live?: boolean
  /** A pattern of a rule was given up on an event, and so the rule was taken not to match it where that mattered. */
  readonly unanswered?: (rule: Rule) => void
}

/** An evaluation that goes on from event to event, as correlations need it. */
export interface Stream {
  /**
   * What matches with this event, also the correlations that it completes. `time` is in milliseconds since 1970; without
   * it and without a time in the event, correlations leave the event out.
   */
  push(views: readonly View[], time?: number): Match[]
}

export function createStream(ruleSet: RuleSet, { live = false, unanswered }: StreamOptions = {}): Stream {
  const correlator: Correlator = createCorrelator(ruleSet.correlations, { live })
  return {
    push(views, time) {
      if (time !== undefined) correlator.pass(time)
      const found: Match[] = []
      for (const { compiled, event } of matchesOf(ruleSet, views, unanswered)) {
        const completed = correlator.push(compiled.rule, event, time)
        if (!compiled.silent) found.push(matchOf(compiled.rule, compiled, event))
        for (const rule of completed) found.push(matchOf(rule, compiled, event))
      }
      return found.filter((match, index) => found.findIndex(other => other.rule === match.rule) === index)
    },
  }
}

/** Why it matched is found out when somebody asks. */
function matchOf(rule: Match['rule'], compiled: CompiledRule, event: EventView): Match {
  return {
    rule,
    get matched() {
      return compiled.explain(event)
    },
  }
}

/** Each rule at most once, with the first view that it matches. */
function matchesOf(
  ruleSet: RuleSet,
  views: readonly View[],
  unanswered?: StreamOptions['unanswered'],
): { compiled: CompiledRule; event: EventView }[] {
  const found = new Map<CompiledRule, EventView>()
  for (const { source, fields } of views) {
    const event = new EventView(fields)
    for (const compiled of ruleSet.candidates(source, event)) {
      if (found.has(compiled)) continue
      const before = event.unanswered
      if (compiled.test(event)) found.set(compiled, event)
      else if (event.unanswered > before) unanswered?.(compiled.rule)
    }
  }
  return [...found].map(([compiled, event]) => ({ compiled, event }))
}

function compileRule(rule: Rule, options: CompileOptions) {
  const problems: { kind: 'error' | 'warning'; message: string }[] = []
  const warn = (message: string) => problems.push({ kind: 'warning', message })
  const detections = compileDetections(rule.detections, options)
  const known = options.knownFields?.(rule.logsource)
  const fields = [...detections.values()].flatMap(({ fields: names }) => names)
  const kind = options.foreign ? 'warning' : 'error'
  if (known) for (const message of checkFields(fields, known)) problems.push({ kind, message })
  const unresolved = [...detections.values()].flatMap(detection => detection.unresolved)
  for (const name of new Set(unresolved)) warn(`placeholder %${name}% has no value, so the rule cannot match`)
  const tester = compileConditions(rule.conditions, detections, warn)
  return { tester, problems, never: unresolved.length > 0 }
}

function compileDetections(source: Rule['detections'], { placeholders }: CompileOptions): Map<string, Detection> {
  const detections = new Map<string, Detection>()
  for (const [name, value] of Object.entries(source)) {
    try {
      detections.set(name, compileDetection(value, placeholders ?? (() => undefined)))
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return detections
}

function compileFilters(rules: readonly AnyRule[], options: CompileOptions, errors: Problem[]) {
  const filters: { filter: Filter; test: Tester['test'] }[] = []
  for (const filter of rules) {
    if (filter.kind !== 'filter') continue
    try {
      const detections = compileDetections(filter.detections, options)
      filters.push({ filter, test: compileConditions([filter.condition], detections, () => {}).test })
    } catch (error) {
      errors.push(problem(filter, error instanceof Error ? error.message : String(error)))
    }
  }
  return filters
}

function concerns(filter: Filter, rule: Rule): boolean {
  if (!fitsLogSource(filter.logsource, rule.logsource)) return false
  return filter.rules === 'any' || filter.rules.includes(rule.id) || filter.rules.includes(rule.name ?? rule.id)
}

function problem(rule: AnyRule, message: string): Problem {
  return { ...(rule.file === undefined ? {} : { file: rule.file }), line: rule.line, rule: rule.id, message }
}
