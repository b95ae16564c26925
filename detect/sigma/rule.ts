/** Where a rule's events come from. Each word that a rule gives must be the event's. */
export interface LogSource {
  readonly category?: string
  readonly product?: string
  readonly service?: string
}

/** A number that was not written the usual way (`0x1F`, `007`, `1e3`): it is meant either as text or as number. */
export class WrittenNumber {
  readonly text: string
  readonly value: number
  constructor(text: string, value: number) {
    this.text = text
    this.value = value
  }
}

/** What YAML can hold, as a rule file gives it. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | WrittenNumber
  | readonly Value[]
  | { readonly [key: string]: Value }

/** What rules and correlations have in common. */
export interface RuleHead {
  /** The `id`; a rule without one goes by its name, else its title. */
  readonly id: string
  readonly title: string
  readonly name?: string
  readonly description?: string
  readonly status?: string
  readonly level?: string
  readonly tags: readonly string[]
  readonly references: readonly string[]
  readonly falsepositives: readonly string[]
  readonly fields: readonly string[]
  /** The `davylamp:` attribute, untouched. */
  readonly custom?: unknown
  readonly file?: string
  /** Line of the document's start in the file, from 1. */
  readonly line: number
}

export interface Rule extends RuleHead {
  readonly kind: 'rule'
  readonly logsource: LogSource
  readonly detections: { readonly [name: string]: Value }
  /** A list of conditions means any of them. */
  readonly conditions: readonly string[]
}

export const correlationTypes = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'temporal',
  'temporal_ordered',
] as const

export interface Bound {
  readonly operator: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq'
  readonly value: number
}

/** Specification of correlation rules, version 2. */
export interface Correlation extends RuleHead {
  readonly kind: 'correlation'
  readonly type: (typeof correlationTypes)[number]
  /** Ids or names. */
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  readonly timespanSeconds: number
  readonly bounds: readonly Bound[]
  readonly fields: readonly string[]
  /** Fields whose values are counted or summed. */
  readonly valueFields: readonly string[]
  /** alias → rule id or name → field. */
  readonly aliases: { readonly [alias: string]: { readonly [rule: string]: string } }
  /** The rules referred to also speak for themselves. */
  readonly generate: boolean
  /** The field that holds the time of an event or fact, where it is none of the usual ones. */
  readonly timeField?: string
}

/** Specification of filters, version 2: further conditions joined with "and" to those of other rules. */
export interface Filter extends RuleHead {
  readonly kind: 'filter'
  readonly logsource: LogSource
  /** Ids or names; `any` for all rules of the log source. */
  readonly rules: readonly string[] | 'any'
  readonly detections: { readonly [name: string]: Value }
  readonly condition: string
}

export type AnyRule = Rule | Correlation | Filter

/** What is wrong with a rule file, a rule or a field in it. */
export interface Problem {
  readonly file?: string
  readonly line?: number
  readonly rule?: string
  readonly message: string
}
