import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { after, afterEach, before, test } from 'node:test'
import fc from 'fast-check'
import {
  allRoutes,
  permissions,
  permissionsOf,
  problem,
  type Role,
  roles,
  type RouteContract,
  type RouteTable,
} from '../../model/api/index.ts'
import type { Keyring } from '../keys/index.ts'
import { authenticateWith, verifyAudit, writeAudit } from '../people/index.ts'
import { csrfTokenOf, hashOf, newSecret } from '../people/secret.ts'
import { uuid7 } from '../uuid7.ts'
import type { ApiHandlers } from './ports.ts'
import { registerRoutes } from './register-routes.ts'
import { allHandlers, withoutHandler } from './testing/all-handlers.ts'
import { arbitraryOf, hostileJson, spoiled } from './testing/arbitrary-input.ts'
import { seedThings } from './testing/seed-things.ts'
import type { Things } from './testing/things.ts'
import { type Answer, type RequestOptions, startTestApi, type TestApi } from './testing/test-api.ts'

// Fixed, so that a failure is there again at the next run; another one finds other things.
const seed = 20_261_121
const routes: Readonly<Record<string, RouteContract>> = allRoutes
const slowestMs = 20_000

const markers = { own: 'own-north-thing', south: 'hidden-south-thing', tenant: 'hidden-tenant-thing' }

let api: TestApi
let own: Things
let south: Things
let foreign: Things
/** API tokens by who holds them; several each, so that the limits of a caller are not what is tested. */
const tokens = new Map<string, string[]>()
const missing: string[] = []

before(async () => {
  const served = {
    register: (app: Parameters<typeof registerRoutes>[0], parts: Parameters<typeof registerRoutes>[3]) => {
      const handlers = allHandlers(parts.center.keys as Keyring)
      missing.push(...withoutHandler(handlers))
      const present = Object.fromEntries(
        Object.entries(routes).filter(([name]) => name in handlers),
      ) satisfies RouteTable
      registerRoutes(app, present, handlers as unknown as ApiHandlers<RouteTable>, parts)
    },
  }
  api = await startTestApi([served], {
    authenticate: authenticateWith,
    audit: writeAudit,
    trustedProxies: ['127.0.0.1'],
    strictAnswers: true,
  })
  await seedAll()
})
after(() => api.close())

async function seedAll(): Promise<void> {
  const { store, tenant, group } = api.store
  const [north, southern, other, otherRoot] = [uuid7(), uuid7(), uuid7(), uuid7()]
  await store.tenant(tenant, async db => {
    for (const [group_id, name] of [
      [north, 'north'],
      [southern, markers.south],
    ] as const)
      await db.insertInto('host_group').values({ tenant_id: tenant, group_id, name, parent_id: group }).execute()
    own = await seedThings(db, tenant, north, markers.own)
    south = await seedThings(db, tenant, southern, markers.south, 'of-the-whole-tenant')
  })
  await store.system(db => db.insertInto('tenant').values({ tenant_id: other, name: markers.tenant }).execute())
  await store.tenant(other, async db => {
    await db.insertInto('host_group').values({ tenant_id: other, group_id: otherRoot, name: markers.tenant }).execute()
    foreign = await seedThings(db, other, otherRoot, markers.tenant)
  })
  for (const role of roles) {
    await addPerson(role, role, null)
    await addPerson(`${role} of north`, role, north)
  }
}

async function addPerson(name: string, role: Role, group_id: string | null): Promise<void> {
  const { store, tenant } = api.store
  const user = uuid7()
  const made = Array.from({ length: 25 }, () => newSecret('davylamp_'))
  await store.tenant(tenant, async db => {
    const account = { tenant_id: tenant, user_id: user, name, state: 'active', created_by: 'test' }
    await db.insertInto('user_account').values(account).execute()
    await db
      .insertInto('membership')
      .values({ tenant_id: tenant, membership_id: uuid7(), user_id: user, role, group_id })
      .execute()
    for (const token of made)
      await db
        .insertInto('api_token')
        .values({
          tenant_id: tenant,
          token_id: uuid7(),
          user_id: user,
          name,
          hash: hashOf(token),
          hint: '',
          permissions: [...permissions],
          expires_at: new Date(Date.now() + 3_600_000),
        })
        .execute()
  })
  tokens.set(name, made)
  people.set(name, user)
}

const people = new Map<string, string>()
let turn = 0

function tokenOf(name: string): string {
  const some = tokens.get(name) ?? []
  return some[turn++ % some.length] ?? ''
}

/** A browser that has just signed in: for what tokens cannot do. */
async function browserOf(name: string): Promise<RequestOptions> {
  const [cookie, tenant] = [newSecret(), api.store.tenant]
  await api.store.store.tenant(tenant, db =>
    db
      .insertInto('session')
      .values({
        tenant_id: tenant,
        session_id: uuid7(),
        user_id: people.get(name) ?? '',
        hash: hashOf(cookie),
        method: 'password',
        second_factor: true,
        address: '127.0.0.1',
        expires_at: new Date(Date.now() + 3_600_000),
      })
      .execute(),
  )
  return { headers: { cookie: `__Host-davylamp=${cookie}`, 'x-csrf-token': csrfTokenOf(cookie) } }
}

/** From an address of its own each time: the limit for an address is not what is tested here. */
async function ask(route: RouteContract, path: string, options: RequestOptions): Promise<Answer> {
  const number = turn++
  const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
  const began = performance.now()
  const answer = await api.request(route.method, `/api/v1${path}`, {
    ...options,
    headers: { ...options.headers, 'x-forwarded-for': address },
  })
  const took = performance.now() - began
  const what = `${route.method} ${path.slice(0, 300)} ${String(options.body).slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 1_000)}`
  claim(took < slowestMs, `took ${took} ms: ${what}`)
  claim(answer.status < 500, `${what}\n${JSON.stringify(api.log.slice(-3))}`)
  claim(!answer.text.includes(markers.tenant), `shows another tenant's thing: ${what}`)
  if (answer.status >= 400) {
    claim(answer.headers.get('content-type') === 'application/problem+json; charset=utf-8', what)
    claim(problem.safeParse(answer.json).data?.status === answer.status, what)
  }
  return answer
}

/** All that was wrong in a test, so that one look shows every function that needs work. */
const wrong: string[] = []
function claim(right: boolean, what: string): void {
  if (!right) wrong.push(what)
}
async function claimStatus(status: number, what: string, asking: Promise<Answer>): Promise<void> {
  const answer = await asking
  claim(answer.status === status, `${what}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`)
}
afterEach(() => assert.deepEqual(wrong.splice(0), []))

function pathFor(route: RouteContract, things: Things): string {
  return route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(things[name] ?? uuid7()))
}

/** Streams do not end by themselves. */
const everyRoute = () =>
  Object.entries(routes).filter(([name, { raw }]) => !missing.includes(name) && raw !== 'text/event-stream')

function bodyText(route: RouteContract, ids: readonly string[], number: number): string | undefined {
  if (route.body === undefined) return undefined
  return (
    fc.sample(arbitraryOf(route.body, ids), { numRuns: 1, seed: seed + number }).map(one => JSON.stringify(one))[0] ??
    '{}'
  )
}

function queryText(route: RouteContract, ids: readonly string[], number: number): string {
  if (route.query === undefined) return ''
  const [query] = fc.sample(arbitraryOf(route.query, ids) as fc.Arbitrary<Record<string, unknown>>, {
    numRuns: 1,
    seed: seed + number,
  })
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {}))
    for (const one of Array.isArray(value) ? value : [value]) text.append(name, String(one))
  return text.size === 0 ? '' : `?${text}`
}

test('every function of the contract is tested here', () => assert.deepEqual(missing, []))

test('without login: 401, whatever is sent', async () => {
  for (const [name, route] of everyRoute().filter(([, { needs }]) => needs !== 'public'))
    for (const options of [
      {},
      ...(route.method === 'GET' ? [] : [{ body: '{' }]),
      { as: 'guess' },
      { as: 'davylamp_'.padEnd(60, 'a') },
      { headers: { cookie: `__Host-davylamp=${'a'.repeat(43)}` } },
    ])
      await claimStatus(401, name, ask(route, pathFor(route, own), options))
})

test('a role that lacks the right: 403, and nothing is done', async () => {
  for (const role of roles)
    for (const [name, route] of everyRoute()) {
      const { needs } = route
      if (needs === 'public' || needs === 'self' || permissionsOf[role].includes(needs)) continue
      const options = { as: tokenOf(role), ...(route.body === undefined ? {} : { body: '{}' }) }
      await claimStatus(403, `${name} as ${role}`, ask(route, pathFor(route, own), options))
    }
})

for (const [whose, who, things] of [
  ['another tenant', 'admin', () => foreign],
  ['another group', 'admin of north', () => south],
] as const)
  test(`things of ${whose}: not there`, async () => {
    for (const [name, route] of everyRoute()) {
      if (route.params === undefined || route.needs === 'public') continue
      const theirs = whose === 'another tenant' ? things() : groupedOf(things())
      if (!Object.keys(route.params.shape).some(param => param in theirs)) continue
      for (let number = 0; number < 4; number++) {
        const body = bodyText(route, Object.values(own).filter(isUuid), number)
        const answer = await ask(route, pathFor(route, { ...own, ...theirs }), {
          as: tokenOf(who),
          ...(body === undefined ? {} : { body }),
        })
        const allowed = route.method === 'GET' ? [404, 403] : [404, 403, 400, 409]
        claim(allowed.includes(answer.status), `${name} as ${who}: ${answer.status} ${answer.text.slice(0, 500)}`)
        claim(
          !answer.text.includes(markers.south),
          `${name} shows a thing of another group: ${answer.text.slice(0, 500)}`,
        )
      }
    }
  })

/** Without what belongs to no group: to a person, or to the whole tenant. */
function groupedOf(things: Things): Things {
  const wide = [
    'user',
    'token',
    'view',
    'key',
    'indicator',
    'pack',
    'rule',
    'channel',
    'route',
    'delivery',
    'export',
    'provider',
  ]
  return Object.fromEntries(Object.entries(things).filter(([name]) => !wide.includes(name)))
}

test('paths name nothing of which there is none', () => {
  const names = new Set(everyRoute().flatMap(([, { params }]) => Object.keys(params?.shape ?? {})))
  // A session is only had by signing in, and another tenant has none of these.
  assert.deepEqual(
    [...names].filter(name => !(name in foreign) && name !== 'session'),
    [],
  )
})

test('lists of whoever sees one group show nothing of another', async () => {
  for (const [name, route] of everyRoute().filter(
    ([, { method, params, needs }]) => method === 'GET' && params === undefined && needs !== 'public',
  ))
    for (const role of roles) {
      const answer = await ask(route, route.path, { as: tokenOf(`${role} of north`) })
      claim(
        !answer.text.includes(markers.south),
        `${name} as ${role} of north shows a thing of another group: ${answer.text.slice(0, 800)}`,
      )
    }
})

function isUuid(text: string): boolean {
  return /^[\da-f]{8}-/.test(text)
}

test('requests as the contracts describe them, at random', async t => {
  const ids = [own, south, foreign].flatMap(things => Object.values(things).filter(isUuid))
  const good = new Set<string>()
  for (const [name, route] of everyRoute())
    for (let number = 0; number < 8; number++) {
      const body = bodyText(route, ids, number)
      const who = number % 2 === 0 || route.needs === 'public' ? { as: tokenOf('admin') } : await browserOf('admin')
      const path = pathFor(route, number < 6 ? own : foreign) + queryText(route, ids, number)
      const answer = await ask(route, path, { ...who, ...(body === undefined ? {} : { body }) })
      if (answer.status < 300) good.add(name)
    }
  t.diagnostic(`${good.size} of ${everyRoute().length} functions did what they were asked for`)
  assert.ok(
    good.size > everyRoute().length / 3,
    `only ${good.size}: ${everyRoute()
      .map(([name]) => name)
      .filter(name => !good.has(name))}`,
  )
})

test('malformed requests', async () => {
  const ids = Object.values(own).filter(isUuid)
  for (const [name, route] of everyRoute()) {
    if (route.body === undefined) continue
    const valid: unknown = JSON.parse(bodyText(route, ids, 1) ?? '{}')
    for (const [at, hostile] of hostileJson.entries())
      for (const body of [hostile, spoiled(valid, at, hostile)]) {
        const answer = await ask(route, pathFor(route, own), { as: tokenOf('admin'), body })
        claim(answer.status !== 401 || route.needs === 'public', name)
      }
    const form = await ask(route, pathFor(route, own), {
      as: tokenOf('admin'),
      body: 'a=b',
      headers: { 'content-type': 'text/plain' },
    })
    claim(form.status === 415, `${name}: a form gets ${form.status}`)
  }
})

test('malformed paths and queries', async () => {
  const hostile = [
    '',
    ' ',
    '%00',
    '%ed%a0%80',
    '%ff',
    '..%2f..%2fetc%2fpasswd',
    '-1',
    '1e999',
    "' OR 1=1 --",
    '<script>',
    'a'.repeat(400),
    '[object Object]',
    'true&limit=0',
    '__proto__',
  ]
  let at = 0
  const encoded = (text: string) => (text.includes('%') ? text : encodeURIComponent(text))
  for (const [, route] of everyRoute()) {
    if (route.params !== undefined)
      for (const text of hostile)
        await ask(
          route,
          route.path.replaceAll(/:\w+/g, () => encoded(text)),
          { as: tokenOf('admin') },
        )
    // Each field of each function gets some of them; over all functions each of them comes to each kind of field.
    for (const field of [...Object.keys(route.query?.shape ?? {}), 'unknown', '__proto__'])
      for (let times = 0; times < 3; times++) {
        const text = encoded(hostile[at++ % hostile.length] ?? '')
        await ask(route, `${pathFor(route, own)}?${field}=${text}${times === 2 ? `&${field}=2` : ''}`, {
          as: tokenOf('admin'),
        })
      }
  }
})

test('too much at once: 413', async () => {
  for (const [name, route] of everyRoute().filter(([, { body }]) => body !== undefined)) {
    const body = JSON.stringify('a'.repeat(route.largestBody ?? 1024 * 1024))
    await claimStatus(413, name, ask(route, pathFor(route, own), { as: tokenOf('admin'), body }))
  }
})

test('all that was done is in the audit log, whose chain holds', async () => {
  const { store, tenant } = api.store
  const verdict = await store.tenant(tenant, db => verifyAudit(db, tenant))
  assert.equal(verdict.ok, true, JSON.stringify(verdict))
  assert.ok(verdict.entries > 0)
})

test('nothing that was tried left a trace of a fault', () => {
  assert.deepEqual(
    api.log.filter(({ level }) => level === 'error'),
    [],
  )
})
