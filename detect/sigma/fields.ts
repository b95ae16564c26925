import { factSchemas } from '../../model/index.ts'
import type { LogSource } from './rule.ts'

/** Names of fields; true for those that hold objects, so that a path may go on below them. */
export type FieldNames = ReadonlyMap<string, boolean>
export type KnownFields = (source: LogSource) => FieldNames | undefined

/**
 * The fields of our own log sources (a kind of fact, written with `-` or `_`), also of the facts that are linked under a
 * prefix: `{ target: ['file'] }` makes `target.sha256` a field.
 */
export function factFields(linked: { readonly [prefix: string]: readonly string[] } = {}): KnownFields {
  const cache = new Map<string, FieldNames>()
  return ({ category, product }) => {
    const kind = category?.replaceAll('_', '-')
    if (kind === undefined || !Object.hasOwn(factSchemas, kind)) return undefined
    if (product !== undefined && product !== 'davylamp') return undefined
    let names = cache.get(kind)
    if (!names) {
      names = namesWithLinks(kind, linked)
      cache.set(kind, names)
    }
    return names
  }
}

/** One message for each field that there is not, with the nearest that there is. */
export function checkFields(fields: readonly string[], known: FieldNames): string[] {
  return [...new Set(fields)].flatMap(field => {
    if (known.has(field)) return []
    for (let dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
      if (known.get(field.slice(0, dot)) === true) return []
    }
    const near = nearest(field, [...known.keys()])
    return [`unknown field "${field}"${near === undefined ? '' : `; did you mean "${near}"?`}`]
  })
}

function namesWithLinks(kind: string, linked: { readonly [prefix: string]: readonly string[] }): FieldNames {
  const names = new Map(schemaFields(kind))
  for (const [prefix, kinds] of Object.entries(linked)) {
    for (const other of kinds) for (const [name, open] of schemaFields(other)) names.set(`${prefix}.${name}`, open)
  }
  return names
}

function schemaFields(kind: string): [string, boolean][] {
  const schema = Object.entries(factSchemas).find(([name]) => name === kind)?.[1]
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => [name, holdsObjects(field)])
}

function holdsObjects(field: unknown): boolean {
  const text = typeOf(field)
  return text === 'object' || text === 'record'
}

/** Type of a schema below `optional` and `array`. */
function typeOf(schema: unknown, depth = 0): string {
  const def = property(schema, 'def')
  const inner = property(def, 'innerType') ?? property(def, 'element')
  if (inner !== undefined && depth < 5) return typeOf(inner, depth + 1)
  return String(property(def, 'type'))
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(3, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance < least) {
      least = distance
      best = name
    }
  }
  return best
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + same))
    }
    row = next
  }
  return row[other.length] ?? 0
}
