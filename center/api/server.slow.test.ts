import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { z } from 'zod'
import type { RouteTable } from '../../model/api/index.ts'
import { badRequest, conflict } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import type { ApiHandlers } from './ports.ts'
import { serve } from './server.ts'
import { startTestApi, someone, type TestApi } from './testing/test-api.ts'

const subject = 'Test'
const summary = 'For tests.'
const view = z.object({ id: z.uuid(), page: z.string(), name: z.string() })

const routes = {
  listViews: {
    method: 'GET',
    path: '/views',
    needs: 'hosts:read',
    subject,
    summary,
    query: z.object({
      page: z.array(z.string()).optional(),
      mine: z.boolean().optional(),
      limit: z.coerce.number().int().max(5).default(2),
    }),
    answer: z.object({ items: z.array(view), asked: z.unknown() }),
  },
  makeView: {
    method: 'POST',
    path: '/views',
    needs: 'hosts:write',
    subject,
    summary,
    body: z.object({ page: z.string().min(1), name: z.string().min(1), nested: z.unknown().optional() }),
    answer: view,
    status: 201,
  },
  removeView: {
    method: 'DELETE',
    path: '/views/:view',
    needs: 'hosts:write',
    subject,
    summary,
    params: z.object({ view: z.uuid() }),
  },
  failing: {
    method: 'POST',
    path: '/failing/:how',
    needs: 'self',
    subject,
    summary,
    params: z.object({ how: z.string() }),
    answer: view,
  },
  secret: {
    method: 'POST',
    path: '/secret',
    needs: 'self',
    subject,
    summary,
    freshLogin: 300,
    largestBody: 1000,
    body: z.object({}).optional(),
  },
  greet: {
    method: 'GET',
    path: '/greet',
    needs: 'public',
    subject,
    summary,
    answer: z.object({ who: z.string() }),
    perMinute: 1000,
  },
  twice: {
    method: 'POST',
    path: '/twice/:first',
    needs: 'public',
    subject,
    summary,
    params: z.object({ first: z.enum(['refuses', 'ends']) }),
    answer: z.object({ tries: z.number() }),
  },
  rare: { method: 'GET', path: '/rare', needs: 'self', subject, summary, perMinute: 3 },
  download: { method: 'GET', path: '/download', needs: 'self', subject, summary, raw: 'application/octet-stream' },
} as const satisfies RouteTable

let made = 0
let tries = 0
let hold: { begun: () => void; go: Promise<void> } | undefined

const handlers: ApiHandlers<typeof routes> = {
  async listViews({ query }, { db }) {
    const rows = await db.selectFrom('saved_view').selectAll().orderBy('view_id').limit(query.limit).execute()
    return { items: rows.map(row => ({ id: row.view_id, page: row.page, name: row.name })), asked: query }
  },
  async makeView({ body }, { db, caller, audit }) {
    made++
    const row = {
      tenant_id: caller.tenant,
      view_id: uuid7(),
      owner: caller.id,
      page: body.page,
      name: body.name,
      filter: '{}',
    }
    await db.insertInto('saved_view').values(row).execute()
    await audit('view.made', { kind: 'view', id: row.view_id })
    hold?.begun()
    await hold?.go
    if (body.name === 'taken') throw conflict('That name is taken', 'Choose another one.')
    const answer = { id: row.view_id, page: row.page, name: row.name, secretColumn: 'never out' }
    return answer
  },
  async twice({ params }, { reply }) {
    if (++tries === 1) {
      reply.status(401)
      reply.header('set-cookie', 'first=1')
      reply.header('x-first', '1')
      if (params.first === 'refuses') throw Object.assign(new Error('could not serialize access'), { code: '40001' })
    }
    return { tries }
  },
  async removeView({ params }, { db }) {
    await db.deleteFrom('saved_view').where('view_id', '=', params.view).execute()
  },
  async failing({ params }, { db, caller, signal }) {
    if (params.how === 'crash') throw new Error('the password is hunter2')
    if (params.how === 'sql') await db.selectFrom('saved_view').selectAll().where('view_id', '=', 'no uuid').execute()
    if (params.how === 'twice')
      for (const view_id of [uuid7()])
        for (const name of ['a', 'b'])
          await db
            .insertInto('saved_view')
            .values({ tenant_id: caller.tenant, view_id, owner: '', page: '', name, filter: '{}' })
            .execute()
    if (params.how === 'slow') await new Promise(resolve => signal.addEventListener('abort', resolve))
    if (params.how === 'problem') throw badRequest('No', 'Do it otherwise.')
    return { id: 'not a uuid', page: '', name: '' }
  },
  async secret() {},
  async greet(_, { caller, reply }) {
    reply.header('set-cookie', '__Host-x=1; Secure; HttpOnly; SameSite=Strict; Path=/')
    return { who: caller.kind }
  },
  async rare() {},
  async download(_, { reply, signal }) {
    reply.header('content-disposition', 'attachment; filename="x.bin"')
    reply.send(
      (async function* () {
        for (let i = 0; i < 3 && !signal.aborted; i++) yield Buffer.from(`part ${i};`)
      })(),
    )
  },
}

let api: TestApi
before(async () => {
  api = await startTestApi([serve(routes, handlers)], { documented: routes, timeoutMs: 1_500 })
  api.people.set('admin', someone(api.store.tenant, ['hosts:read', 'hosts:write']))
  api.people.set('viewer', someone(api.store.tenant, ['hosts:read']))
  const session = { id: 's1', csrfToken: 'c'.repeat(43), freshAt: new Date() }
  api.people.set('browser', { ...someone(api.store.tenant, ['hosts:read', 'hosts:write']), kind: 'user', session })
})
after(() => api.close())
beforeEach(() => {
  api.log.length = 0
  api.audited.length = 0
})

const json = { 'content-type': 'application/json' }

for (const [name, method, path, options, status, kind] of [
  ['nobody', 'GET', '/views', {}, 401, 'sign-in'],
  ['a wrong token', 'GET', '/views', { as: 'guess' }, 401, 'sign-in'],
  ['nobody, before the body is read', 'POST', '/views', { body: '{' }, 401, 'sign-in'],
  ['without the right', 'POST', '/views', { as: 'viewer', body: { page: 'x', name: 'y' } }, 403, 'not-allowed'],
  ['an unknown address', 'GET', '/nothing', { as: 'admin' }, 404, 'not-found'],
  ['a wrong method', 'PUT', '/views', { as: 'admin' }, 405, 'wrong-method'],
  ['a wrong method below a parameter', 'PATCH', `/views/${uuid7()}`, { as: 'admin' }, 405, 'wrong-method'],
  [
    'another type',
    'POST',
    '/views',
    { as: 'admin', body: 'a=b', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported-media-type',
  ],
  [
    'a form',
    'POST',
    '/views',
    { as: 'admin', body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported-media-type',
  ],
  ['broken JSON', 'POST', '/views', { as: 'admin', body: '{"page":' }, 400, 'bad-request'],
  [
    'a prototype',
    'POST',
    '/views',
    { as: 'admin', body: '{"page":"a","name":"b","__proto__":{"x":1}}' },
    400,
    'bad-request',
  ],
  [
    'deep JSON',
    'POST',
    '/views',
    { as: 'admin', body: `{"page":"a","name":"b","nested":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
    400,
    'bad-request',
  ],
  ['U+0000', 'POST', '/views', { as: 'admin', body: { page: 'a\0', name: 'b' } }, 400, 'invalid-input'],
  [
    'half a surrogate pair',
    'POST',
    '/views',
    { as: 'admin', body: '{"page":"a","name":"\\ud800"}' },
    400,
    'invalid-input',
  ],
  [
    'U+0000 deep inside',
    'POST',
    '/views',
    { as: 'admin', body: { page: 'a', name: 'b', nested: [{ x: { 'y\0': 1 } }] } },
    400,
    'invalid-input',
  ],
  [
    'a field too many',
    'POST',
    '/views',
    { as: 'admin', body: { page: 'a', name: 'b', nmae: 'c' } },
    400,
    'invalid-input',
  ],
  ['no body', 'POST', '/views', { as: 'admin' }, 400, 'invalid-input'],
  ['a body where none is taken', 'DELETE', `/views/${uuid7()}`, { as: 'admin', body: {} }, 400, 'invalid-input'],
  ['a mistyped filter', 'GET', '/views?pgae=x', { as: 'admin' }, 400, 'invalid-input'],
  ['a number too large', 'GET', '/views?limit=99999999999999999999', { as: 'admin' }, 400, 'invalid-input'],
  ['no UUID', 'DELETE', '/views/1', { as: 'admin' }, 400, 'invalid-input'],
  ['a path that cannot be read', 'GET', '/views/%ff', { as: 'admin' }, 400, 'bad-request'],
  ['a long path', 'DELETE', `/views/${'a'.repeat(2_000)}`, { as: 'admin' }, 414, 'too-large'],
  [
    'too large',
    'POST',
    '/views',
    { as: 'admin', body: JSON.stringify({ page: 'a'.repeat(1_100_000), name: 'b' }) },
    413,
    'too-large',
  ],
  [
    'too large for this one',
    'POST',
    '/secret',
    { as: 'admin', body: JSON.stringify({ a: 'a'.repeat(1_000) }) },
    413,
    'too-large',
  ],
  ['a problem of the handler', 'POST', '/failing/problem', { as: 'admin' }, 400, 'bad-request'],
  ['what exists already', 'POST', '/failing/twice', { as: 'admin' }, 409, 'conflict'],
  ['what the store cannot keep', 'POST', '/failing/sql', { as: 'admin' }, 400, 'bad-request'],
  ['a fault', 'POST', '/failing/crash', { as: 'admin' }, 500, 'internal'],
  ['an answer against the contract', 'POST', '/failing/answer', { as: 'admin' }, 500, 'internal'],
  ['what takes too long', 'POST', '/failing/slow', { as: 'admin' }, 503, 'too-slow'],
] as const)
  test(`an error is a problem document: ${name}`, async () => {
    const answer = await api.request(method, `/api/v1${path}`, options)
    const {
      type,
      status: said,
      instance,
    } = z
      .object({ type: z.string(), status: z.number(), title: z.string().min(1), instance: z.string() })
      .loose()
      .parse(answer.json)
    assert.deepEqual([answer.status, said, type], [status, status, `urn:davylamp:problem:${kind}`])
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.ok(instance.startsWith('urn:davylamp:request:'))
    assert.ok(!answer.text.includes('hunter2') && !answer.text.includes('saved_view'), answer.text)
    if (status === 500)
      assert.ok(api.log.some(line => line.level === 'error' && instance.endsWith(String(line.fields?.['reference']))))
    if (status === 405) assert.match(answer.headers.get('allow') ?? '', /POST|DELETE/)
    if (status === 401) assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
    assert.equal(/hunter2/.test(JSON.stringify(api.log)), name === 'a fault')
  })

test('what is wrong is named by its field', async () => {
  const answer = await api.request('POST', '/api/v1/views', { as: 'admin', body: { page: '', more: 1 } })
  const { errors } = z.object({ errors: z.array(z.object({ path: z.string() })) }).parse(answer.json)
  assert.deepEqual(errors.map(({ path }) => path).sort(), ['body', 'body.name', 'body.page'])
})

test('a query is read as its contract wants, with defaults', async () => {
  const asked = async (text: string) =>
    z.object({ asked: z.unknown() }).parse((await api.request('GET', `/api/v1/views${text}`, { as: 'admin' })).json)
      .asked
  assert.deepEqual(await asked(''), { limit: 2 })
  assert.deepEqual(await asked('?page=x&mine=false&limit=5'), { page: ['x'], mine: false, limit: 5 })
  assert.deepEqual(await asked('?page=x&page=y'), { page: ['x', 'y'], limit: 2 })
})

test('what a contract does not name never leaves, and what is done is in the audit log', async () => {
  const answer = await api.request('POST', '/api/v1/views', { as: 'admin', body: { page: 'a', name: 'b' } })
  assert.equal(answer.status, 201)
  assert.ok(!answer.text.includes('never out'))
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.deepEqual(
    api.audited.map(({ action, request }) => [action, request]),
    [['view.made', answer.headers.get('x-request-id')]],
  )
})

test('an error undoes what was done before it', async () => {
  const before = await rows()
  assert.equal(
    (await api.request('POST', '/api/v1/views', { as: 'admin', body: { page: 'a', name: 'taken' } })).status,
    409,
  )
  assert.equal(await rows(), before)
})

async function rows(): Promise<number> {
  const all = await api.center.store.tenant(api.store.tenant, db =>
    db.selectFrom('saved_view').select('view_id').execute(),
  )
  return all.length
}

test('a transaction that is tried again forgets what the first try said', async () => {
  tries = 0
  const second = await api.request('POST', '/api/v1/twice/refuses')
  assert.deepEqual([second.status, second.json], [200, { tries: 2 }])
  assert.deepEqual([second.headers.get('set-cookie'), second.headers.get('x-first')], [null, null])
  tries = 0
  const first = await api.request('POST', '/api/v1/twice/ends')
  assert.deepEqual([first.status, first.headers.get('set-cookie'), tries], [401, 'first=1', 1])
  assert.match(first.headers.get('content-type') ?? '', /problem\+json/)
  assert.match(first.text, /"instance":"urn:davylamp:request:/)
})

test('an idempotency key: once, the same answer again, nothing else under it', async () => {
  const [key, began] = [uuid7(), made]
  const send = (name: string, as = 'admin') =>
    api.request('POST', '/api/v1/views', { as, body: { page: 'k', name }, headers: { 'idempotency-key': key } })
  const first = await send('one')
  const again = await send('one')
  assert.deepEqual([again.status, again.text, again.headers.get('idempotency-replayed')], [201, first.text, 'true'])
  assert.equal((await send('two')).status, 422)
  assert.equal(made, began + 1)
  // Of another caller it is another key.
  api.people.set('other', someone(api.store.tenant, ['hosts:write']))
  assert.equal((await send('one', 'other')).status, 201)
  assert.equal(made, began + 2)
  const bad = await api.request('POST', '/api/v1/views', {
    as: 'admin',
    body: { page: 'k', name: 'x' },
    headers: { 'idempotency-key': 'two words' },
  })
  assert.equal(bad.status, 400)
})

test('an idempotency key whose request failed may be used again, and its answer is sealed in the store', async () => {
  const key = uuid7()
  const send = (name: string) =>
    api.request('POST', '/api/v1/views', {
      as: 'admin',
      body: { page: 'k', name },
      headers: { 'idempotency-key': key },
    })
  assert.equal((await send('taken')).status, 409)
  assert.equal((await send('seal me')).status, 201)
  const stored = await api.center.store.tenant(api.store.tenant, db =>
    db.selectFrom('idempotent_answer').selectAll().where('key', '=', key).execute(),
  )
  assert.equal(stored.length, 1)
  assert.ok(!JSON.stringify(stored).includes('seal me'))
})

test('an idempotency key while the first request is at work', async () => {
  const key = uuid7()
  const send = () =>
    api.request('POST', '/api/v1/views', {
      as: 'admin',
      body: { page: 'k', name: 'held' },
      headers: { 'idempotency-key': key },
    })
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  hold = { begun: begun.resolve, go: go.promise }
  const first = send()
  await begun.promise
  const meanwhile = await send()
  go.resolve()
  hold = undefined
  assert.equal(meanwhile.status, 409)
  assert.equal((await first).status, 201)
  assert.equal((await send()).headers.get('idempotency-replayed'), 'true')
})

test('a session cookie needs its token, and its own origin', async () => {
  const cookie = { cookie: '__Host-davylamp=browser' }
  const csrf = { 'x-csrf-token': 'c'.repeat(43) }
  const send = async (headers: Record<string, string>) =>
    (
      await api.request('POST', '/api/v1/views', {
        body: { page: 'c', name: 'd' },
        headers: { ...json, ...cookie, ...headers },
      })
    ).status
  assert.equal(await send({}), 403)
  assert.equal(await send({ 'x-csrf-token': 'd'.repeat(43) }), 403)
  assert.equal(await send({ 'x-csrf-token': 'short' }), 403)
  assert.equal(await send(csrf), 201)
  assert.equal(await send({ ...csrf, origin: 'https://center.example:8443' }), 201)
  assert.equal(await send({ ...csrf, origin: 'https://evil.example' }), 403)
  assert.equal(await send({ ...csrf, origin: 'null' }), 403)
  assert.equal(await send({ ...csrf, 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal((await api.request('GET', '/api/v1/views', { headers: cookie })).status, 200)
  // An authorization header without a valid token is no way around.
  assert.equal(await send({ authorization: 'Basic eA==' }), 401)
})

test('what wants a fresh login', async () => {
  const headers = { cookie: '__Host-davylamp=stale', 'x-csrf-token': 'x' }
  const session = (minutes: number) => ({ id: 's', csrfToken: 'x', freshAt: new Date(Date.now() - minutes * 60_000) })
  api.people.set('stale', { ...someone(api.store.tenant, []), kind: 'user', session: session(10) })
  const stale = await api.request('POST', '/api/v1/secret', { headers })
  assert.equal(stale.status, 403)
  assert.ok(stale.text.includes('login-again'))
  api.people.set('stale', { ...someone(api.store.tenant, []), kind: 'user', session: session(1) })
  assert.equal((await api.request('POST', '/api/v1/secret', { headers })).status, 204)
  assert.equal((await api.request('POST', '/api/v1/secret', { as: 'admin' })).status, 204)
})

test('a public function knows nobody, and may set cookies', async () => {
  const answer = await api.request('GET', '/api/v1/greet')
  assert.deepEqual(answer.json, { who: 'nobody' })
  assert.match(answer.headers.get('set-cookie') ?? '', /__Host-x=1/)
  assert.deepEqual((await api.request('GET', '/api/v1/greet', { as: 'admin' })).json, { who: 'token' })
})

test('limits count for a caller and say when to come back', async () => {
  for (let i = 0; i < 3; i++) assert.equal((await api.request('GET', '/api/v1/rare', { as: 'admin' })).status, 204)
  const refused = await api.request('GET', '/api/v1/rare', { as: 'admin' })
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.equal((await api.request('GET', '/api/v1/rare', { as: 'viewer' })).status, 204)
})

test('a raw answer is streamed after the transaction', async () => {
  const answer = await api.request('GET', '/api/v1/download', { as: 'admin' })
  assert.deepEqual(
    [answer.status, answer.text, answer.headers.get('content-type')],
    [200, 'part 0;part 1;part 2;', 'application/octet-stream'],
  )
})

test('one tenant sees nothing of another', async () => {
  const other = uuid7()
  await api.center.store.system(db => db.insertInto('tenant').values({ tenant_id: other, name: 'other' }).execute())
  api.people.set('stranger', someone(other, ['hosts:read']))
  assert.deepEqual(
    z
      .object({ items: z.array(z.unknown()) })
      .parse((await api.request('GET', '/api/v1/views', { as: 'stranger' })).json).items,
    [],
  )
})

test('security headers', async () => {
  const { headers } = await api.request('GET', '/api/v1/greet')
  const csp = headers.get('content-security-policy') ?? ''
  assert.match(csp, /default-src 'none'/)
  assert.match(csp, /frame-ancestors 'none'/)
  assert.ok(!csp.includes('unsafe-inline') && !csp.includes('unsafe-eval'))
  assert.deepEqual(
    [
      'x-content-type-options',
      'cross-origin-resource-policy',
      'cross-origin-opener-policy',
      'referrer-policy',
      'x-frame-options',
      'x-powered-by',
      'server',
    ].map(name => headers.get(name)),
    ['nosniff', 'same-origin', 'same-origin', 'no-referrer', 'DENY', null, null],
  )
})

for (const [name, text, status] of [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ['two lengths', 'POST /api/v1/views HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  [
    'length and chunks',
    'POST /api/v1/views HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
] as const)
  test(`a broken request is refused: ${name}`, async () => {
    assert.match(await rawAnswer(text), new RegExp(`^HTTP/1.1 ${status} [^]*problem\\+json[^]*"status":${status}`))
  })

async function rawAnswer(text: string): Promise<string> {
  const socket = connect(api.server.port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const part of socket) answer += String(part)
  return answer
}
