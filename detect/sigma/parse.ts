import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { ConditionError, parseCondition } from './condition.ts'
import {
  type AnyRule,
  type Bound,
  type Correlation,
  correlationTypes,
  type Filter,
  type LogSource,
  type Problem,
  type Rule,
  type RuleHead,
  type Value,
  WrittenNumber,
} from './rule.ts'

export interface Parsed {
  readonly rules: AnyRule[]
  readonly errors: Problem[]
  readonly warnings: Problem[]
}

type Mapping = { readonly [key: string]: Value }

/** Rules of one YAML text, several documents long. A bad document is an error with its line; the others are kept. */
export function parseRules(text: string, file?: string): Parsed {
  const parsed: Parsed = { rules: [], errors: [], warnings: [] }
  const lines = new LineCounter()
  let global: Mapping = {}
  let previous: Mapping = {}
  for (const document of readDocuments(text, lines, parsed, file)) {
    const line = lines.linePos(document.contents?.range?.[0] ?? document.range[0]).line
    const place = { ...(file === undefined ? {} : { file }), line }
    const broken = document.errors[0]
    if (broken) {
      const at = lines.linePos(broken.pos[0]).line
      parsed.errors.push({ ...place, line: at, message: `YAML: ${firstLine(broken.message)}` })
      continue
    }
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) continue
    let current: Mapping = {}
    try {
      const value = plainValue(document.contents, 0)
      if (!isMapping(value)) throw new Error('a rule must be a map')
      const { action, ...own } = value
      if (action === 'global') {
        global = own
        continue
      }
      if (action === 'reset') {
        global = {}
        continue
      }
      current = merge(action === 'repeat' ? previous : global, own)
      previous = current
      parsed.rules.push(ruleFrom(current, place))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const unsupported = error instanceof ConditionError && error.unsupported
      const id = textOf(current['id']) ?? textOf(current['title'])
      const title = id === undefined ? {} : { rule: id }
      const list = unsupported ? parsed.warnings : parsed.errors
      list.push({ ...place, ...title, message: unsupported ? `unsupported: ${error.message}` : error.message })
    }
  }
  return parsed
}

/** `yaml` throws nothing on bad input by design; a hostile text that makes it do so is an error of that file. */
function readDocuments(text: string, lines: LineCounter, parsed: Parsed, file: string | undefined) {
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: true,
      version: '1.2',
      logLevel: 'silent',
    })
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    parsed.errors.push({ ...(file === undefined ? {} : { file }), message: `YAML: ${firstLine(String(error))}` })
    return []
  }
}

function plainValue(node: unknown, depth: number): Value {
  if (depth > 40) throw new Error('nested too deep')
  if (node === null || node === undefined) return null
  if (isAlias(node)) throw new Error('YAML aliases are not used in rules')
  if (isSeq(node)) return node.items.map(item => plainValue(item, depth + 1))
  if (isMap(node)) {
    const map: { [key: string]: Value } = Object.create(null)
    for (const pair of node.items) map[keyOf(pair.key)] = plainValue(pair.value, depth + 1)
    return map
  }
  if (!isScalar(node)) throw new Error('unexpected YAML node')
  const value = node.value
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return numberFrom(Number(value), node.source)
  return String(value)
}

function numberFrom(value: number, source: string | undefined): Value {
  return source === undefined || String(value) === source ? value : new WrittenNumber(source, value)
}

function keyOf(key: unknown): string {
  const node = key as Node | null
  if (node === null || !isScalar(node)) throw new Error('a key must be a word')
  return node.source ?? String(node.value)
}

function merge(under: Mapping, over: Mapping): Mapping {
  const merged: { [key: string]: Value } = Object.assign(Object.create(null), under)
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value
  }
  return merged
}

function ruleFrom(source: Mapping, place: { file?: string; line: number }): AnyRule {
  const head = headFrom(source, place)
  if (source['correlation'] !== undefined) return correlationFrom(source, head)
  if (source['filter'] !== undefined) return filterFrom(source, head)
  const detection = source['detection']
  if (!isMapping(detection)) throw new Error('no detection')
  const { condition, timeframe: _timeframe, ...detections } = detection
  const conditions = textList(condition)
  if (conditions.length === 0) throw new Error('no condition')
  for (const text of conditions) parseCondition(text)
  if (Object.keys(detections).length === 0) throw new Error('detection holds no selection')
  return { ...head, kind: 'rule', logsource: logSourceFrom(source['logsource']), detections, conditions } satisfies Rule
}

function headFrom(source: Mapping, place: { file?: string; line: number }): RuleHead {
  const title = textOf(source['title'])
  const name = textOf(source['name'])
  const id = textOf(source['id']) ?? name ?? title
  if (id === undefined) throw new Error('neither id nor title')
  const description = textOf(source['description'])
  const status = textOf(source['status'])
  const level = textOf(source['level'])?.toLowerCase()
  return {
    ...place,
    id,
    title: title ?? id,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(status === undefined ? {} : { status }),
    ...(level === undefined ? {} : { level }),
    tags: textList(source['tags']),
    references: textList(source['references']),
    falsepositives: textList(source['falsepositives']),
    fields: textList(source['fields']),
    ...(source['davylamp'] === undefined ? {} : { custom: source['davylamp'] }),
  }
}

function logSourceFrom(value: Value | undefined): LogSource {
  if (!isMapping(value)) throw new Error('no logsource')
  const source: { category?: string; product?: string; service?: string } = {}
  for (const key of ['category', 'product', 'service'] as const) {
    const word = textOf(value[key])
    if (word !== undefined) source[key] = word.toLowerCase()
  }
  if (Object.keys(source).length === 0) throw new Error('logsource names no category, product or service')
  return source
}

function filterFrom(source: Mapping, head: RuleHead): Filter {
  const filter = source['filter']
  if (!isMapping(filter)) throw new Error('filter must be a map')
  const { condition, rules, ...detections } = filter
  const conditionText = textOf(condition)
  if (conditionText === undefined) throw new Error('a filter needs one condition')
  parseCondition(conditionText)
  if (rules === undefined) throw new Error('a filter must name its rules, or "any"')
  const names = textList(rules)
  const any = names.length === 0 || (typeof rules === 'string' && /^(any|all)$/i.test(rules))
  return {
    ...head,
    kind: 'filter',
    logsource: logSourceFrom(source['logsource']),
    rules: any ? 'any' : names,
    detections,
    condition: conditionText,
  }
}

function correlationFrom(source: Mapping, head: RuleHead): Correlation {
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

/** True for a YAML map. */
export function isMapping(value: Value | undefined): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber)
}

function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (value instanceof WrittenNumber) return value.text
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function textList(value: Value | undefined): string[] {
  const list: readonly Value[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.flatMap(item => textOf(item) ?? [])
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
