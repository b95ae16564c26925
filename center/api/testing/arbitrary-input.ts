import fc from 'fast-check'
import { z } from 'zod'

type Schema = z.core.$ZodType

/** Values that a schema most likely takes. `ids`: real UUIDs, so that something is found now and then. */
export function arbitraryOf(schema: Schema, ids: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  const below = (one: Schema) => arbitraryOf(one, ids, depth + 1)
  if (depth > 8) return fc.constant(undefined)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return fc.option(below(schema.def.innerType), { nil: undefined, freq: 3 })
  if (schema instanceof z.ZodNullable) return fc.option(below(schema.def.innerType), { nil: null })
  if (schema instanceof z.ZodReadonly) return below(schema.def.innerType)
  if (schema instanceof z.ZodPipe)
    return schema.def.in instanceof z.ZodTransform ? fc.anything() : textOr(below(schema.def.in))
  if (schema instanceof z.ZodLazy) return below(schema.def.getter())
  if (schema instanceof z.ZodObject) return objectOf(schema, below)
  if (schema instanceof z.ZodArray) return arrayOf(schema, below)
  if (schema instanceof z.ZodTuple) return fc.tuple(...schema.def.items.map(below))
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.def.options.map(below))
  if (schema instanceof z.ZodIntersection)
    return fc.tuple(below(schema.def.left), below(schema.def.right)).map(([a, b]) => Object.assign({}, a, b))
  if (schema instanceof z.ZodRecord)
    return fc.dictionary(fc.string({ maxLength: 10 }), below(schema.def.valueType), { maxKeys: 3 })
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options)
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values)
  if (schema instanceof z.ZodBoolean) return fc.boolean()
  if (schema instanceof z.ZodNumber) return numberOf(schema)
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return textOf(schema, ids)
  return fc.jsonValue({ maxDepth: 2 })
}

/** Of stringbool and the like. */
function textOr(inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(inner, fc.constantFrom('true', 'false'))
}

function objectOf(schema: z.ZodObject, below: (one: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(schema.shape).map(([name, one]) => [name, below(one)]))
  return fc
    .record(fields)
    .map(value => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)))
}

function arrayOf(schema: z.ZodArray, below: (one: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { minimum, maximum } = schema._zod.bag as { minimum?: number; maximum?: number }
  return fc.array(below(schema.def.element), {
    minLength: minimum ?? 0,
    maxLength: Math.max(minimum ?? 0, Math.min(maximum ?? 3, 3)),
  })
}

function numberOf(schema: z.ZodNumber): fc.Arbitrary<unknown> {
  const { minimum, maximum } = schema._zod.bag
  const min = Math.max(Number(minimum ?? -1_000_000), -1_000_000_000)
  return fc.integer({
    min: Math.ceil(min),
    max: Math.max(min, Math.floor(Math.min(Number(maximum ?? 1_000_000), 1_000_000_000))),
  })
}

function textOf(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const { format, minimum, maximum, patterns } = schema._zod.bag as {
    format?: string
    minimum?: number
    maximum?: number
    patterns?: Set<RegExp>
  }
  if (format === 'uuid')
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() })
  if (format === 'ipv4') return fc.ipV4()
  if (format === 'ipv6') return fc.ipV6()
  if (format === 'email') return fc.constantFrom('someone@example.org', 'a.b+c@host.example')
  if (format === 'url') return fc.webUrl()
  if (format === 'datetime')
    return fc
      .date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2100-01-01') })
      .map(date => date.toISOString())
  const [pattern] = patterns ?? []
  if (pattern !== undefined) return matching(pattern)
  const maxLength = Math.min(maximum ?? 40, 300)
  return fc
    .string({ unit: 'grapheme', minLength: Math.min(minimum ?? 0, maxLength), maxLength })
    .map(text => text.slice(0, maxLength).toWellFormed())
}

/** Look-arounds cannot be turned into texts. */
function matching(pattern: RegExp): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')))
  } catch {
    return fc.string({ maxLength: 40 })
  }
}

/** What an attacker puts where something else is expected. Texts are JSON already. */
export const hostileJson: readonly string[] = [
  'null',
  'true',
  '-1',
  '9007199254740993',
  '1e308',
  '1e999',
  '-0',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  `"${'a'.repeat(100_000)}"`,
  '"\'; DROP TABLE host; --"',
  '"../../../../etc/passwd"',
  '"<script>alert(1)</script>"',
  '"0001-01-01T00:00:00Z"',
  '"+275760-09-13T00:00:00Z"',
  '"00000000-0000-0000-0000-000000000000"',
  '[]',
  '{}',
  '[[]]',
  '{"$gt":""}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `[${'0,'.repeat(50_000)}0]`,
  `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":0`).join(',')}}`,
]

/** A valid value with one field somewhere replaced by hostile JSON, or one field more, or one less. */
export function spoiled(value: unknown, at: number, hostile: string): string {
  const places = placesOf(value)
  const place = places[at % places.length] ?? []
  if (at % 7 === 0 && isObject(value)) return JSON.stringify({ ...value, unexpected: 1 })
  if (at % 7 === 1 && isObject(value)) return JSON.stringify(Object.fromEntries(Object.entries(value).slice(1)))
  const marker = 'the-place-that-is-spoiled'
  return JSON.stringify(replaced(value, place, marker)).replace(`"${marker}"`, () => hostile)
}

function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isObject(value) && !Array.isArray(value)) return [path]
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: string): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((one, at) => (String(at) === key ? replaced(one, rest, by) : one))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === key ? replaced(one, rest, by) : one]),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
