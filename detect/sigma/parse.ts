import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { ConditionError, parseCondition } from './condition.ts'
import { correlationFrom } from './parse-correlation.ts'
import {
  type AnyRule,
  type Filter,
  type LogSource,
  type Problem,
  type Rule,
  type RuleHead,
  type Value,
  WrittenNumber,
} from './rule.ts'
import { isMapping, type Mapping, textList, textOf } from './value.ts'

export interface Parsed {
  readonly rules: AnyRule[]
  readonly errors: Problem[]
  readonly warnings: Problem[]
}

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
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
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

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
