import { z } from 'zod'
import { problem, type RouteContract, type RouteTable } from '../../model/api/index.ts'
import { type Json, schemaCollector, type SchemaCollector } from './openapi-schemas.ts'
import { apiPrefix } from './register-routes.ts'

export type OpenApiDocument = { readonly [name: string]: Json }

/** OpenAPI 3.1 of a route table: made of the same contracts that requests are checked by, so it cannot say anything else. */
export function openApiDocument(table: RouteTable): OpenApiDocument {
  const schemas = schemaCollector()
  schemas.add('Problem', problem)
  const paths: { [path: string]: { [method: string]: Json } } = {}
  for (const [name, route] of Object.entries(table)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, schemas) }
  }
  const subjects = [...new Set(Object.values(table).map(({ subject }) => subject))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Davylamp center',
      version: '1',
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiPrefix, description: 'The center that served this document' }],
    tags: subjects.map(name => ({ name })),
    paths,
    components: { schemas: schemas.all(), responses: problemResponses(), securitySchemes, headers },
  }
}

const about = [
  'Everything that the console does, and the command line with `--center`. JSON in UTF-8 throughout.',
  '',
  '**Signing in.** Programs send an API token as `Authorization: Bearer …`. Browsers have a session cookie; with it, requests that change ' +
    'something carry `X-CSRF-Token`.',
  '',
  '**Lists** come in pages. As long as an answer has `next`, give it as `after` to get the page behind it.',
  '',
  '**Errors** are RFC 9457 problem details (`application/problem+json`). `detail` says what to do; `instance` holds the reference under ' +
    'which the log of the center has more.',
  '',
  '**Trying again.** Send an `Idempotency-Key` (a new UUID for each change). The same request with the same key within 24 hours is done once ' +
    'and answered the same way, from any process of the center; another request with it is refused (422), and the same one while the ' +
    'first is still at work too (409). Headers such as Set-Cookie are not repeated.',
  '',
  '**Limits.** 3,000 requests a minute for an address, 600 for a caller and function unless it says otherwise, 16 at once for a caller; each process ' +
    'counts for itself. Beyond: 429 with `Retry-After`.',
  '',
  'Fields that are not described are refused in requests. Answers may get further fields in later versions.',
].join('\n')

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token, made under "tokens". It can do no more than who made it.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-davylamp',
    description: 'Set at sign-in. Changes also need X-CSRF-Token.',
  },
}

const headers = {
  RetryAfter: { description: 'Seconds until it is worth another try.', schema: { type: 'integer' } },
  Allow: { description: 'The methods that are possible here.', schema: { type: 'string' } },
}

function operation(name: string, route: RouteContract, schemas: SchemaCollector): Json {
  return {
    operationId: name,
    tags: [route.subject],
    summary: route.summary,
    description: rules(route),
    parameters: [
      ...parameters('path', route.params, name, schemas),
      ...parameters('query', route.query, name, schemas),
      ...idempotency(route),
    ],
    ...(route.body === undefined ? {} : { requestBody: requestBody(name, route.body, schemas) }),
    responses: responses(name, route, schemas),
    security: route.needs === 'public' ? [] : [{ token: [] }, { session: [] }],
    'x-davylamp-needs': route.needs,
  }
}

function rules(route: RouteContract): string {
  const lines = [
    route.needs === 'public'
      ? 'Needs no sign-in.'
      : route.needs === 'self'
        ? 'Needs a sign-in, no special right.'
        : `Needs the right \`${route.needs}\`.`,
    `At most ${route.perMinute ?? (route.needs === 'public' ? 10 : 600)} requests a minute.`,
  ]
  if (route.freshLogin !== undefined)
    lines.push(`In a browser the last proof of identity must be at most ${route.freshLogin} seconds old.`)
  if (route.largestBody !== undefined) lines.push(`The body may have up to ${route.largestBody} bytes.`)
  return lines.join(' ')
}

function parameters(
  place: 'path' | 'query',
  object: z.ZodObject | undefined,
  name: string,
  schemas: SchemaCollector,
): Json[] {
  return Object.entries(object?.shape ?? {}).map(([field, schema]) => {
    const made = schemas.of(schema as z.ZodType, 'input', name)
    const required = place === 'path' || !z.safeParse(schema as z.ZodType, undefined).success
    return { name: field, in: place, required, schema: made, ...described(made) }
  })
}

function described(schema: Json): { description?: string } {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {}
  const description = (schema as { readonly description?: Json }).description
  return typeof description === 'string' ? { description } : {}
}

function idempotency(route: RouteContract): Json[] {
  if (route.method === 'GET' || route.needs === 'public' || route.raw !== undefined) return []
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'A new UUID for each change; the same one to repeat exactly that request.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    },
  ]
}

function requestBody(name: string, body: z.ZodType, schemas: SchemaCollector): Json {
  return {
    required: !z.safeParse(body, undefined).success,
    content: { 'application/json': { schema: schemas.of(body, 'input', name) } },
  }
}

function responses(name: string, route: RouteContract, schemas: SchemaCollector): { [status: string]: Json } {
  const made: { [status: string]: Json } = { [statusOf(route)]: success(name, route, schemas) }
  for (const [code, [component, applies]] of Object.entries(problems))
    if (applies(route)) made[code] = { $ref: `#/components/responses/${component}` }
  return made
}

/** A `raw` route whose content is no media type sends the browser elsewhere. */
function redirects({ raw }: RouteContract): boolean {
  return raw !== undefined && !raw.includes('/')
}

function statusOf(route: RouteContract): number {
  if (redirects(route)) return 302
  return route.status ?? (route.answer === undefined && route.raw === undefined ? 204 : 200)
}

function success(name: string, route: RouteContract, schemas: SchemaCollector): Json {
  if (redirects(route)) return { description: `Answers with ${route.raw}` }
  if (route.raw !== undefined) {
    // `text/html or application/pdf, as an attachment`: the sentence may name several.
    const types = route.raw.match(/\b[a-z]+\/[\w.+-]+/g) ?? []
    const content = Object.fromEntries(types.map(type => [type, { schema: { type: 'string' } }]))
    return { description: `The content: ${route.raw}`, content }
  }
  if (route.answer === undefined) return { description: 'Done' }
  return {
    description: 'The answer',
    content: { 'application/json': { schema: schemas.of(route.answer, 'output', name) } },
  }
}

type Problems = Readonly<
  Record<string, readonly [component: string, applies: (route: RouteContract) => boolean, description: string]>
>

const always = () => true
const changes = (route: RouteContract) => route.method !== 'GET'
const guarded = (route: RouteContract) => route.needs !== 'public'

const problems: Problems = {
  400: ['BadRequest', always, 'The request is not what this function takes; `errors` names the fields.'],
  401: ['NotSignedIn', guarded, 'Nobody is signed in.'],
  403: ['NotAllowed', always, 'The caller may not do this, or must sign in again first.'],
  404: ['NotFound', route => route.params !== undefined, 'It is not there, or not for this caller.'],
  409: ['Conflict', changes, 'It does not fit what is there by now.'],
  413: ['TooLarge', route => route.body !== undefined, 'The body is too large.'],
  415: ['UnsupportedMediaType', route => route.body !== undefined, 'Only application/json is taken.'],
  422: ['KeyUsed', changes, 'The Idempotency-Key belongs to another request.'],
  429: ['TooMany', always, 'Too many requests; see Retry-After.'],
  500: ['Internal', always, 'A fault of the center; its log has the reference of `instance`.'],
  503: ['TryAgain', always, 'The store cannot be reached at the moment, or it took too long.'],
}

function problemResponses(): { [name: string]: Json } {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return Object.fromEntries(
    Object.entries(problems).map(([code, [name, , description]]) => {
      const retry =
        code === '429' || code === '503'
          ? { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }
          : {}
      return [name, { description, ...retry, content }]
    }),
  )
}
