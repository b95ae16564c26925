import { eventSchemas, factSchemas } from '../../model/index.ts'
import type { FieldNames, KnownFields } from './check-fields.ts'

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

/** The fields of what happens on a host (a kind of event, written with `-` or `_`). */
export const eventFields: KnownFields = ({ category, product }) => {
  const kind = category?.replaceAll('_', '-')
  if (kind === undefined || (product !== undefined && product !== 'davylamp')) return undefined
  const schema = Object.entries(eventSchemas).find(([name]) => name === kind)?.[1]
  if (schema === undefined) return undefined
  const names = new Map(Object.entries(schema.shape).map(([name, field]) => [name, holdsObjects(field)]))
  if (names.has('ancestors')) names.set('parent', true)
  return names
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
