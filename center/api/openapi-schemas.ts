import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import * as words from '../../model/index.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

type Direction = 'input' | 'output'

/** Collects JSON Schemas (draft 2020-12): those that have a name become components, and are given as a reference to it. */
export interface SchemaCollector {
  add(name: string, schema: z.ZodType): void
  /** `owner`: for names of what has none and refers to itself. */
  of(schema: z.ZodType, direction: Direction, owner: string): Json
  all(): { readonly [name: string]: Json }
}

export function schemaCollector(): SchemaCollector {
  const components = new Map<string, Json>()

  function of(schema: z.ZodType, direction: Direction, owner: string): Json {
    // A schema that is alone would be given as it is; as a field it is a reference when it has a name.
    const made = z.toJSONSchema(z.object({ it: schema }), {
      io: direction,
      unrepresentable: 'any',
      metadata: named,
      override: ({ jsonSchema }) => tidy(jsonSchema, direction),
    })
    const definitions = Object.entries(made.$defs ?? {}).map(
      ([name, definition]) => [name, definition as Json] as const,
    )
    const renamed = new Map(
      definitions.map(([name]) => [name, name.startsWith('__') ? `${owner}${name.slice(2)}` : name]),
    )
    for (const [name, definition] of definitions) {
      const wanted = renamed.get(name) ?? name
      const known = components.get(wanted)
      const clash = known !== undefined && !isDeepStrictEqual(known, redirected(definition, renamed))
      if (clash) renamed.set(name, direction === 'input' ? `${wanted}Input` : `${wanted}Output`)
    }
    for (const [name, definition] of definitions)
      components.set(renamed.get(name) ?? name, redirected(definition, renamed))
    return redirected((made.properties?.['it'] ?? {}) as Json, renamed)
  }

  return {
    of,
    add: (name, schema) => void components.set(name, of(schema, 'output', name)),
    all: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function redirected(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map(one => redirected(one, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const name =
        key === '$ref' && typeof one === 'string' && one.startsWith('#/$defs/')
          ? one.slice('#/$defs/'.length)
          : undefined
      return [key, name === undefined ? redirected(one, names) : `#/components/schemas/${names.get(name) ?? name}`]
    }),
  )
}

/** `example` is the old word. Readers of answers must take further fields: a newer center may send some. */
function tidy(schema: z.core.JSONSchema.BaseSchema, direction: Direction): void {
  if (schema['example'] !== undefined) {
    schema.examples = [schema['example']]
    delete schema['example']
  }
  if (direction === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  delete schema.id
}

/** The words of model/ keep their names in the document; other schemas are named by `.meta({ id })`. */
class Names extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  readonly #names = new Map<unknown, string>()

  constructor() {
    super()
    for (const [name, one] of Object.entries(words))
      if (one instanceof z.ZodObject || one instanceof z.ZodUnion || one instanceof z.ZodDiscriminatedUnion)
        this.#names.set(one, `${name.charAt(0).toUpperCase()}${name.slice(1)}`)
  }

  override get<S extends z.core.$ZodType>(schema: S) {
    const own = super.get(schema) ?? z.globalRegistry.get(schema)
    const name = this.#names.get(schema)
    return name === undefined ? own : ({ id: name, ...own } as typeof own)
  }

  override has(schema: z.core.$ZodType): boolean {
    return this.#names.has(schema) || z.globalRegistry.has(schema)
  }
}

const named = new Names()
