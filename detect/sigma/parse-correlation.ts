import { type Bound, type Correlation, correlationTypes, type RuleHead, type Value, WrittenNumber } from './rule.ts'
import { isMapping, type Mapping, textList, textOf } from './value.ts'

/** The `correlation:` of a rule; throws on what the specification does not allow. */
export function correlationFrom(source: Mapping, head: RuleHead): Correlation {
  const correlation = source['correlation']
  if (!isMapping(correlation)) throw new Error('correlation must be a map')
  const type = correlationTypes.find(known => known === correlation['type'])
  if (!type) throw new Error(`unknown correlation type "${String(correlation['type'])}"`)
  const rules = textList(correlation['rules'])
  if (rules.length === 0) throw new Error('a correlation must refer to rules')
  const { bounds, valueFields } = boundsFrom(correlation['condition'], type)
  const timeField = textOf(correlation['timefield'] ?? correlation['time-field'])
  return {
    ...head,
    kind: 'correlation',
    type,
    rules,
    groupBy: textList(correlation['group-by']),
    timespanSeconds: secondsOf(correlation['timespan'] ?? correlation['timeframe']),
    bounds,
    valueFields,
    aliases: aliasesFrom(correlation['aliases']),
    generate: (correlation['generate'] ?? source['generate']) === true,
    ...(timeField === undefined ? {} : { timeField }),
  }
}

function boundsFrom(value: Value | undefined, type: Correlation['type']) {
  const temporal = type === 'temporal' || type === 'temporal_ordered'
  if (value === undefined && temporal) return { bounds: [], valueFields: [] }
  if (!isMapping(value)) throw new Error('a correlation needs a condition with gt, gte, lt, lte, eq or neq')
  const bounds: Bound[] = []
  for (const [operator, limit] of Object.entries(value)) {
    if (operator === 'field') continue
    if (!isOperator(operator)) throw new Error(`unknown correlation condition "${operator}"`)
    const number = Number(limit instanceof WrittenNumber ? limit.value : limit)
    if (!Number.isFinite(number)) throw new Error(`correlation condition "${operator}" needs a number`)
    bounds.push({ operator, value: number })
  }
  const valueFields = textList(value['field'])
  if (bounds.length === 0 && !temporal)
    throw new Error('a correlation needs a condition with gt, gte, lt, lte, eq or neq')
  if (type.startsWith('value_') && valueFields.length === 0) throw new Error(`${type} needs a field in its condition`)
  return { bounds, valueFields }
}

function aliasesFrom(value: Value | undefined): Correlation['aliases'] {
  if (value === undefined || value === null) return {}
  if (!isMapping(value)) throw new Error('aliases must be a map')
  const aliases: { [alias: string]: { [rule: string]: string } } = Object.create(null)
  for (const [alias, mapping] of Object.entries(value)) {
    if (!isMapping(mapping)) throw new Error(`alias "${alias}" must map rules to fields`)
    const fields: { [rule: string]: string } = Object.create(null)
    for (const [rule, field] of Object.entries(mapping)) fields[rule] = String(field)
    aliases[alias] = fields
  }
  return aliases
}

const secondsPer: { readonly [unit: string]: number } = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
}

function secondsOf(value: Value | undefined): number {
  const match = /^\s*(\d+)\s*([smhdwMy])\s*$/.exec(textOf(value) ?? '')
  const unit = secondsPer[match?.[2] ?? '']
  if (!match || unit === undefined) throw new Error('timespan must be a number and one of s m h d w M y')
  return Number(match[1]) * unit
}

function isOperator(word: string): word is Bound['operator'] {
  return ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'].includes(word)
}
