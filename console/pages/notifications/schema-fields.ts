import { z } from 'zod'

const property = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
})
const settingsSchema = z.object({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
})

/** How one setting is asked for. */
export interface SettingField {
  readonly name: string
  readonly widget: 'text' | 'long' | 'secret' | 'number' | 'choice' | 'switch' | 'list' | 'pairs'
  readonly required: boolean
  /** Never shown again: left out, it stays. */
  readonly secret: boolean
  readonly options: readonly string[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
}

/** From here on a text is a certificate or a template rather than a line. */
const longText = 2_500

/** The fields of a kind of channel from the JSON Schema of its settings: what is needed first, then the rest, each in the schema's order. */
export function fieldsOf(schema: unknown, secrets: readonly string[]): readonly SettingField[] {
  const parsed = settingsSchema.safeParse(schema)
  if (!parsed.success) return []
  const { properties, required } = parsed.data
  const fields = Object.entries(properties).map(([name, one]): SettingField => {
    const secret = secrets.includes(name)
    return {
      name,
      widget: widgetOf(one, secret),
      required: required.includes(name),
      secret,
      options: one.enum ?? [],
      ...(one.default === undefined ? {} : { default: one.default }),
      ...(one.minimum === undefined ? {} : { minimum: one.minimum }),
      ...(one.maximum === undefined || one.maximum > Number.MAX_SAFE_INTEGER / 2 ? {} : { maximum: one.maximum }),
    }
  })
  return [...fields.filter(one => one.required), ...fields.filter(one => !one.required)]
}

function widgetOf(one: z.infer<typeof property>, secret: boolean): SettingField['widget'] {
  if (one.enum !== undefined) return 'choice'
  if (one.type === 'boolean') return 'switch'
  if (one.type === 'integer' || one.type === 'number') return 'number'
  if (one.type === 'array') return 'list'
  if (one.type === 'object') return 'pairs'
  if ((one.maxLength ?? 0) > longText) return 'long'
  return secret ? 'secret' : 'text'
}

export type SettingValues = Readonly<Record<string, unknown>>

/** What a form begins with: what the channel has, else what the schema says. */
export function startValues(fields: readonly SettingField[], settings: SettingValues = {}): SettingValues {
  return Object.fromEntries(
    fields.flatMap(field => {
      if (Object.hasOwn(settings, field.name)) return [[field.name, settings[field.name]]]
      // A default of a secret would overwrite what is kept.
      return field.default === undefined || field.secret ? [] : [[field.name, field.default]]
    }),
  )
}

/** What is sent: nothing for what is empty, so that secrets stay and what is optional is absent. */
export function sentValues(fields: readonly SettingField[], values: SettingValues): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = values[name]
      return isEmpty(value) ? [] : [[name, typeof value === 'string' ? value.trim() : value]]
    }),
  )
}

/** Names of fields that must be filled in and are not. */
export function missingFields(
  fields: readonly SettingField[],
  values: SettingValues,
  setSecrets: readonly string[],
): readonly string[] {
  return fields
    .filter(({ name, required }) => required && isEmpty(values[name]) && !setSecrets.includes(name))
    .map(({ name }) => name)
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

export interface SettingErrors {
  readonly byField: ReadonlyMap<string, string>
  /** What is of no single field. */
  readonly rest: string
}

/** The words of the center about wrong settings ("email: host must be …; to.0 must be …"), each with its field. */
export function settingErrors(detail: string, fields: readonly SettingField[]): SettingErrors {
  const byField = new Map<string, string>()
  const rest: string[] = []
  for (const piece of detail.replace(/^[a-z-]+: /, '').split('; ')) {
    const field = fields.find(({ name }) => new RegExp(`^${name}(?:\\.[^ ]+)? `).test(piece))
    if (field === undefined) rest.push(piece)
    else byField.set(field.name, piece.slice(piece.indexOf(' ') + 1))
  }
  return { byField, rest: rest.join('; ') }
}
