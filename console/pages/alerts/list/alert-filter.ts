import { alertAbouts, alertLevels, alertStatuses } from '../../../../model/api/index.ts'
import type { FunctionName } from '../../../center/index.ts'
import type { api } from '../../../center/index.ts'

/** Names in the address. Those of the API, but `status` (absent: open ones; `all`) and `last` (a span that ends now). */
export const filterNames = [
  'text',
  'status',
  'level',
  'atLeast',
  'type',
  'about',
  'verdict',
  'host',
  'group',
  'region',
  'family',
  'rule',
  'hash',
  'campaign',
  'assignedTo',
  'last',
  'since',
  'until',
  'children',
] as const
export type FilterName = (typeof filterNames)[number]
export type FilterValues = { readonly [N in FilterName]?: string }

export const shownStatuses = [...alertStatuses, 'all'] as const

/** Hours of what `last` can be. */
export const spans = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const
export type Span = keyof typeof spans
export const spanNames = Object.keys(spans) as Span[]

type ListName = Extract<FunctionName, 'listAlerts'>
export type AlertQuery = NonNullable<NonNullable<Parameters<(typeof api)[ListName]>[0]>['query']>

/** What the center is asked for. Words in the address that mean nothing are passed over, so that an old link still shows a list. */
export function queryOf(values: FilterValues, now: Date): AlertQuery {
  const { status = 'open', level, atLeast, about, verdict, last, since, until, children, ...plain } = values
  const from = last !== undefined && isSpan(last) ? sinceSpan(last, now) : momentOf(since)
  const to = momentOf(until)
  return {
    ...plain,
    ...pick('status', status, alertStatuses),
    ...pick('level', level, alertLevels),
    ...pick('atLeast', atLeast, alertLevels),
    ...pick('about', about, alertAbouts),
    ...pick('verdict', verdict, ['confirmed', 'suspected', 'exposure'] as const),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
    ...(children === 'true' ? { children: 'true' } : {}),
  }
}

/** Of a saved view: only what the list knows. */
export function valuesOf(filter: Readonly<Record<string, unknown>>): FilterValues {
  const found: { [N in FilterName]?: string } = {}
  for (const name of filterNames) {
    const value = filter[name]
    if (typeof value === 'string' && value !== '') found[name] = value
  }
  return found
}

export function isSpan(text: string): text is Span {
  return Object.hasOwn(spans, text)
}

function pick<K extends string, T extends string>(key: K, value: string | undefined, of: readonly T[]) {
  const known = of.find(one => one === value)
  return (known === undefined ? {} : { [key]: known }) as { readonly [N in K]?: T }
}

/** To the minute, so that the same address asks the same for a while. */
function sinceSpan(span: Span, now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000) * 60_000
  return new Date(minute - spans[span] * 3_600_000).toISOString()
}

function momentOf(text: string | undefined): string | undefined {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
