import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'

/**
 * What in a document breaks OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1): its objects' fields, references that lead nowhere,
 * path parameters that do not fit their path, operation ids twice, and schemas that a draft 2020-12 validator does not take.
 */
export function openApiComplaints(value: unknown): string[] {
  const parsed = documentSchema.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
  const operations = Object.entries(parsed.data.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ where: `${method} ${path}`, path, operation })),
  )
  return [
    ...references(value)
      .filter(reference => resolve(value, reference) === undefined)
      .map(reference => `nothing is at ${reference}`),
    ...operations.flatMap(({ where, path, operation }) => pathComplaints(where, path, operation.parameters)),
    ...twice(operations.map(({ operation }) => operation.operationId)).map(id => `operationId ${id} is there twice`),
    ...operations.flatMap(({ where, operation }) =>
      operation.security
        .flatMap(Object.keys)
        .filter(name => parsed.data.components.securitySchemes[name] === undefined)
        .map(name => `${where}: no security scheme ${name}`),
    ),
    ...schemaComplaints(value),
  ]
}

const schema = z.union([z.boolean(), z.record(z.string(), z.unknown())])
const media = z.record(
  z.string().regex(/^[\w-]+\/[\w.+*-]+$/),
  z.strictObject({ schema, example: z.unknown().optional() }),
)
const reference = z.strictObject({ $ref: z.string().startsWith('#/components/') })
const header = z.strictObject({ description: z.string(), schema })
const response = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), z.union([reference, header])).optional(),
  content: media.optional(),
})
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean(),
  description: z.string().optional(),
  schema,
})
const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(1),
  description: z.string().min(1),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ required: z.boolean(), content: media }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.union([reference, response])),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  'x-davylamp-needs': z.string(),
})
const securityScheme = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer'), description: z.string() }),
  z.strictObject({
    type: z.literal('apiKey'),
    in: z.enum(['cookie', 'header', 'query']),
    name: z.string(),
    description: z.string(),
  }),
])
const componentName = z.string().regex(/^[a-zA-Z0-9._-]+$/)
const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.string(), description: z.string() })).min(1),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), operation),
  ),
  components: z.strictObject({
    schemas: z.record(componentName, schema),
    responses: z.record(componentName, response),
    securitySchemes: z.record(componentName, securityScheme),
    headers: z.record(componentName, header),
  }),
})

function pathComplaints(where: string, path: string, parameters: readonly z.infer<typeof parameter>[]): string[] {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const described = parameters.filter(one => one.in === 'path')
  const wrong = [...twice(parameters.map(one => `${one.in} ${one.name}`))].map(
    name => `${where}: parameter ${name} is there twice`,
  )
  if (!described.every(({ required }) => required)) wrong.push(`${where}: a path parameter is not required`)
  if (String(named.toSorted()) !== String(described.map(({ name }) => name).sort()))
    wrong.push(`${where}: path parameters do not fit the path`)
  return wrong
}

function twice(names: readonly string[]): string[] {
  return names.filter((name, at) => names.indexOf(name) !== at)
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) =>
    key === '$ref' && typeof one === 'string' ? [one] : references(one),
  )
}

function resolve(document: unknown, pointer: string): unknown {
  let at = document
  for (const part of pointer.slice(2).split('/')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<string, unknown>>)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return at
}

/** Compiles every schema of the document in its place, as a validator that reads the document would. */
function schemaComplaints(value: unknown): string[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: true })
  ajv.addSchema({ $id: 'document', ...(value as object) })
  return schemaPointers(value, '#').flatMap(pointer => {
    try {
      if (ajv.validateSchema(resolve(value, pointer) as object) !== true) return [`${pointer}: ${ajv.errorsText()}`]
      ajv.compile({ $ref: `document${pointer}` })
      return []
    } catch (error) {
      return [`${pointer}: ${String(error)}`]
    }
  })
}

function schemaPointers(value: unknown, pointer: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => {
    const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (key === 'schema') return [below]
    if (pointer === '#/components' && key === 'schemas')
      return Object.keys(one as object).map(name => `${below}/${name}`)
    return schemaPointers(one, below)
  })
}
