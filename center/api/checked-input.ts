import { z } from 'zod'
import type { Problem, RouteContract } from '../../model/api/index.ts'
import { ProblemError } from '../problem-error.ts'

type FieldErrors = NonNullable<Problem['errors']>

/** 400 with the fields that are wrong. */
export class InvalidInput extends ProblemError {
  readonly errors: FieldErrors

  constructor(errors: FieldErrors) {
    const where = errors[0]?.path
    super(
      400,
      'invalid-input',
      'The request is not what this function takes',
      where === undefined ? undefined : `Correct "${where}" and send it again.`,
    )
    this.errors = errors.slice(0, mostErrors)
  }
}

const mostErrors = 20

export interface Unchecked {
  readonly params: unknown
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export interface Checked {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/**
 * By the contract: defaults filled in, unknown fields refused (a mistyped filter must not mean "everything"), and no text that
 * PostgreSQL cannot keep. Throws InvalidInput with all that is wrong.
 */
export function checkInput(route: RouteContract, sent: Unchecked): Checked {
  const errors: FieldErrors = []
  if (route.body === undefined && sent.body !== undefined)
    errors.push({ path: 'body', message: 'This function takes no body' })
  if (route.method === 'PATCH' && isEmptyObject(sent.body))
    errors.push({ path: 'body', message: 'Name at least one field to change' })
  const query = route.query === undefined ? sent.query : readable(route.query, sent.query)
  const checked = {
    params: part('params', route.params ?? nothing, sent.params, errors),
    query: part('query', route.query ?? nothing, query, errors),
    body: route.body === undefined ? undefined : part('body', route.body, sent.body, errors),
  }
  if (errors.length > 0) throw new InvalidInput(errors)
  return checked
}

const nothing = z.object({})

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

function part(name: string, schema: z.ZodType, value: unknown, errors: FieldErrors): unknown {
  const unstorable = unstorableText(value, [name])
  if (unstorable !== undefined) {
    errors.push(unstorable)
    return undefined
  }
  const parsed = strict(schema).safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues)
    errors.push({ path: pathText([name, ...issue.path]), message: issue.message.slice(0, 300) })
  return undefined
}

const strictOnes = new WeakMap<z.ZodType, z.ZodType>()

/** An object that says nothing about other keys takes none. */
function strict(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodObject) || schema.def.catchall !== undefined) return schema
  const known = strictOnes.get(schema) ?? schema.strict()
  strictOnes.set(schema, known)
  return known
}

/** A query string knows only texts: one value for a list is a list of one; numbers and booleans are read as what the contract wants. */
function readable(schema: z.ZodObject, query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read = Object.entries(query).map(([key, value]) => {
    const wanted = Object.hasOwn(schema.shape, key) ? innermost(schema.shape[key]) : undefined
    if (wanted instanceof z.ZodArray) {
      const element = innermost(wanted.element)
      return [key, (Array.isArray(value) ? value : [value]).map(one => scalar(element, one))] as const
    }
    return [key, scalar(wanted, value)] as const
  })
  return Object.fromEntries(read)
}

function scalar(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (schema instanceof z.ZodBoolean) return value === 'true' ? true : value === 'false' ? false : value
  if (schema instanceof z.ZodNumber) return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value
  return value
}

function innermost(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = schema
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodPrefault
  )
    inner = inner.def.innerType
  return inner
}

/** U+0000 and lone surrogates: neither `text` nor `jsonb` can hold them, and no honest client sends them. */
function unstorableText(value: unknown, path: readonly PropertyKey[]): FieldErrors[number] | undefined {
  if (typeof value === 'string')
    return unstorable(value) ? { path: pathText(path), message: unstorableMessage } : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, one] of Object.entries(value)) {
    if (unstorable(key)) return { path: pathText(path), message: unstorableMessage }
    const found = unstorableText(one, [...path, Array.isArray(value) ? Number(key) : key])
    if (found !== undefined) return found
  }
  return undefined
}

const unstorableMessage = 'Has a character that cannot be stored (U+0000 or half of a surrogate pair)'

function unstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map(one => (typeof one === 'number' ? `[${one}]` : `.${String(one)}`))
    .join('')
    .slice(1)
  return text.slice(0, 200).toWellFormed().replaceAll('\0', '')
}
