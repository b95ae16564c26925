import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { z } from 'zod'
import type { RouteTable } from '../model/api/index.ts'
import { clientOf } from './api-client.ts'
import { ApiError, UnreachableError } from './api-error.ts'
import { everyPage } from './every-page.ts'
import { liveEvents } from './live-events.ts'
import type { ClientOptions } from './send.ts'

const subject = 'Test'
const summary = 'For tests.'
const routes = {
  list: {
    method: 'GET',
    path: '/things',
    needs: 'self',
    subject,
    summary,
    query: z.object({ after: z.string().optional(), kind: z.array(z.string()).optional() }),
    answer: z.object({ items: z.array(z.number()), next: z.string().optional() }),
  },
  change: {
    method: 'PUT',
    path: '/things/:thing/parts/:part',
    needs: 'self',
    subject,
    summary,
    params: z.object({ thing: z.string(), part: z.string() }),
    body: z.object({ name: z.string() }),
    answer: z.object({ name: z.string() }),
  },
  remove: {
    method: 'DELETE',
    path: '/things/:thing',
    needs: 'self',
    subject,
    summary,
    params: z.object({ thing: z.string() }),
  },
  login: { method: 'POST', path: '/login', needs: 'public', subject, summary, body: z.object({ name: z.string() }) },
  file: { method: 'GET', path: '/file', needs: 'self', subject, summary, raw: 'text/plain' },
} as const satisfies RouteTable

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** A real server that answers with the given functions, one a request. */
async function serverOf(
  ...answers: ((response: ServerResponse, seen: Seen) => void)[]
): Promise<{ options: ClientOptions; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => void parts.push(part))
    request.on('end', () => {
      const one = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      }
      seen.push(one)
      const answer = answers[Math.min(seen.length, answers.length) - 1]
      answer?.(response, one)
    })
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { options: { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' }, seen }
}

const json =
  (value: unknown, status = 200, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
const problem = (status: number, kind: string, headers = {}) =>
  json(
    {
      type: `urn:davylamp:problem:${kind}`,
      title: 'No',
      status,
      detail: 'Do it so.',
      errors: [{ path: 'body.name', message: 'too short' }],
    },
    status,
    headers,
  )
const hangUp = (response: ServerResponse) => void response.destroy()

test('a call becomes the request of its contract', async () => {
  const { options, seen } = await serverOf(json({ name: 'x' }))
  const answer: { name: string } = await clientOf(routes, { ...options, csrf: () => 'c' }).change({
    params: { thing: 'a/b', part: 'ü?' },
    body: { name: 'x' },
  })
  assert.deepEqual(answer, { name: 'x' })
  const [one] = seen
  assert.deepEqual([one?.method, one?.url, one?.body], ['PUT', '/api/v1/things/a%2Fb/parts/%C3%BC%3F', '{"name":"x"}'])
  assert.deepEqual(
    [one?.headers.authorization, one?.headers['x-csrf-token'], one?.headers['content-type']],
    ['Bearer t', 'c', 'application/json'],
  )
  assert.match(String(one?.headers['idempotency-key']), /^[\da-f-]{36}$/)
})

test('a path cannot be led elsewhere', async () => {
  const { options, seen } = await serverOf(json({}))
  await assert.rejects(clientOf(routes, options).remove({ params: { thing: '..' } }), TypeError)
  assert.equal(seen.length, 0)
})

test('pages follow each other', async () => {
  const { options, seen } = await serverOf(
    json({ items: [1, 2], next: 'n1' }),
    json({ items: [3], next: 'n2' }),
    json({ items: [] }),
  )
  const all: number[] = []
  for await (const one of everyPage(clientOf(routes, options).list, { query: { kind: ['a', 'b'] } })) all.push(one)
  assert.deepEqual(all, [1, 2, 3])
  assert.deepEqual(
    seen.map(({ url }) => url),
    ['/api/v1/things?kind=a&kind=b', '/api/v1/things?kind=a&kind=b&after=n1', '/api/v1/things?kind=a&kind=b&after=n2'],
  )
})

test('a problem is an error for people', async () => {
  const { options } = await serverOf(problem(400, 'invalid-input'))
  await assert.rejects(clientOf(routes, options).list(), (error: unknown) => {
    assert.ok(error instanceof ApiError)
    assert.deepEqual(
      [error.status, error.kind, error.message],
      [400, 'invalid-input', 'No. Do it so.\n  body.name: too short'],
    )
    return true
  })
})

test('what is no center is said to be none', async () => {
  const { options } = await serverOf(response => void response.writeHead(500).end('<html>'))
  await assert.rejects(clientOf(routes, options).list(), /not how a center answers/)
})

test('a lost connection is tried again with the same key', async () => {
  const { options, seen } = await serverOf(
    hangUp,
    problem(409, 'in-progress'),
    problem(503, 'try-again', { 'retry-after': '0' }),
    json({ name: 'done' }),
  )
  assert.deepEqual(await clientOf(routes, options).change({ params: { thing: 'a', part: 'b' }, body: { name: 'x' } }), {
    name: 'done',
  })
  assert.equal(seen.length, 4)
  assert.equal(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size, 1)
})

test('what has no key is sent once', async () => {
  const { options, seen } = await serverOf(hangUp)
  await assert.rejects(clientOf(routes, options).login({ body: { name: 'x' } }), UnreachableError)
  assert.equal(seen.length, 1)
  assert.equal(seen[0]?.headers['idempotency-key'], undefined)
})

test('a wait that is too long is not waited for, nor is what was called off', async () => {
  const { options, seen } = await serverOf(problem(429, 'too-many', { 'retry-after': '60' }))
  await assert.rejects(
    clientOf(routes, options).list(),
    (error: unknown) => error instanceof ApiError && error.status === 429 && error.retryAfterSeconds === 60,
  )
  assert.equal(seen.length, 1)
  await assert.rejects(
    clientOf(routes, options).list({}, { signal: AbortSignal.abort(new Error('called off')) }),
    /called off/,
  )
})

test('nothing and files', async () => {
  const { options } = await serverOf(
    response => void response.writeHead(204).end(),
    response => void response.end('content'),
  )
  const client = clientOf(routes, options)
  assert.equal(await client.remove({ params: { thing: 'a' } }), undefined)
  assert.equal(await (await client.file()).text(), 'content')
})

test('the live view comes back after a loss, in whatever pieces it arrives', async () => {
  const change = { what: 'alert', id: 'ü', at: '2026-01-01T00:00:00Z' }
  const text = Buffer.from(
    `retry: 1\n\n: still here\n\nevent: changed\nid: 1\ndata: ${JSON.stringify(change)}\n\nevent: unknown\ndata: {}\n\nevent: changed\ndata: {\n\n`,
  )
  const pieces = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of text) response.write(Buffer.of(byte))
    response.end()
  }
  const end = (response: ServerResponse) => void response.end('event: end\ndata: {"why":"signed-out"}\n\n')
  const { options, seen } = await serverOf(pieces, pieces, end)
  const events: unknown[] = []
  await assert.rejects(
    async () => {
      for await (const event of liveEvents(options, { what: ['alert'] })) events.push(event)
    },
    (error: unknown) => error instanceof ApiError && error.kind === 'sign-in',
  )
  const changed = { event: 'changed', data: change }
  assert.deepEqual(events, [changed, changed, { event: 'end', data: { why: 'signed-out' } }])
  assert.equal(seen[0]?.url, '/api/v1/live?what=alert')
})
