import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { allRoutes, type RouteTable } from '../../model/api/index.ts'
import { openApiDocument } from './openapi.ts'
import { openApiComplaints } from './testing/openapi-complaints.ts'

test('the document of the whole API keeps the rules of OpenAPI 3.1', () => {
  assert.deepEqual(openApiComplaints(openApiDocument(allRoutes)), [])
})

test('every function is in it once, under its name', () => {
  const document = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))) })
    .parse(openApiDocument(allRoutes))
  const names = Object.values(document.paths).flatMap(path => Object.values(path).map(({ operationId }) => operationId))
  assert.deepEqual(names.sort(), Object.keys(allRoutes).sort())
})

const thing = z
  .object({ id: z.uuid().meta({ example: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f' }), of: z.string().default('x') })
  .meta({ id: 'TestThing' })
const table = {
  change: {
    method: 'PUT',
    path: '/things/:thing',
    needs: 'hosts:write',
    summary: 'Changes it.',
    subject: 'Things',
    params: z.object({ thing: z.uuid() }),
    query: z.object({
      kind: z
        .array(z.enum(['a', 'b']))
        .optional()
        .meta({ description: 'Which' }),
      limit: z.coerce.number().int().max(9).default(3),
    }),
    body: thing,
    answer: z.object({ items: z.array(thing) }),
  },
} as const satisfies RouteTable

test('what a contract becomes', () => {
  const found = z
    .object({
      paths: z.object({ '/things/{thing}': z.object({ put: z.record(z.string(), z.unknown()) }) }),
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
    })
    .parse(openApiDocument(table))
  const put = found.paths['/things/{thing}'].put
  assert.deepEqual(put['parameters'], [
    {
      name: 'thing',
      in: 'path',
      required: true,
      schema: { type: 'string', format: 'uuid', pattern: z.toJSONSchema(z.uuid()).pattern },
    },
    {
      name: 'kind',
      in: 'query',
      required: false,
      description: 'Which',
      schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, description: 'Which' },
    },
    {
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', maximum: 9, minimum: -9007199254740991, default: 3 },
    },
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'A new UUID for each change; the same one to repeat exactly that request.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    },
  ])
  // With defaults, what may be sent and what is answered differ.
  assert.deepEqual(put['requestBody'], {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/TestThing' } } },
  })
  assert.deepEqual(Object.keys(found.components.schemas), ['Problem', 'TestThing', 'TestThingOutput'])
})
