import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { agentConfig } from '../../model/wire/index.ts'
import { uuid7 } from '../uuid7.ts'
import { addUserOffline, approverKeyStatement, listUsersOffline, resetPasswordOffline } from './index.ts'
import {
  addUser,
  type Browser,
  goodPassword,
  openPeopleCenter,
  type PeopleCenter,
  signedInAdmin,
} from './testing/people-center.ts'

let center: PeopleCenter
let admin: Browser
/** All hosts > web > shop; all hosts > data. */
const groups = { web: uuid7(), shop: uuid7(), data: uuid7() }
let visitor = 0

before(async () => {
  center = await openPeopleCenter()
  const { tenant, group } = center.store
  await center.system(async db => {
    for (const [name, parent] of [
      ['web', group],
      ['data', group],
      ['shop', groups.web],
    ] as const)
      await db
        .insertInto('host_group')
        .values({ tenant_id: tenant, group_id: groups[name], name, parent_id: parent })
        .execute()
  })
  admin = await signedInAdmin(center)
})
after(() => center.close())

async function signedIn(name: string): Promise<Browser> {
  visitor += 1
  const browser = center.browser(`203.0.113.${visitor}`)
  assert.equal((await browser.signIn(name, goodPassword)).body.state, 'signed-in')
  return browser
}

/** A user with one role, and a browser in which it is signed in. */
async function person(name: string, role: string, group?: string): Promise<{ id: string; browser: Browser }> {
  const id = await addUser(admin, name, [{ role, ...(group === undefined ? {} : { group }) }])
  return { id, browser: await signedIn(name) }
}

test('a role in a group holds in its subgroups, and nowhere else', async () => {
  const { browser } = await person('webber', 'responder', groups.web)
  const { rights } = (await browser.call('GET', '/session')).body
  assert.deepEqual([...(rights['alerts:handle'] ?? [])].sort(), [groups.web, groups.shop].sort())
  assert.equal(rights['users:write'], undefined)
  assert.equal(await browser.try('GET', '/users'), '403 not-allowed')
})

test('an administrator of a group sees and gives only what lies in it', async () => {
  const { id, browser } = await person('web-admin', 'admin', groups.web)
  const inside = await person('inside', 'viewer', groups.shop)
  const outside = await person('outside', 'viewer', groups.data)
  const both = await addUser(admin, 'both', [{ role: 'viewer', group: groups.web }, { role: 'admin' }])
  const names = (await browser.call('GET', '/users')).body.items.map(user => user.name)
  assert.deepEqual(names, ['both', 'inside', 'web-admin', 'webber'])
  assert.deepEqual((await browser.call('GET', `/users/${both}`)).body.roles, [
    { role: 'viewer', group: groups.web, fromProvider: false },
  ])
  for (const [method, path, body, expected] of [
    ['GET', `/users/${outside.id}`, undefined, '404 not-found'],
    ['PATCH', `/users/${outside.id}`, { state: 'disabled' }, '404 not-found'],
    ['POST', `/users/${outside.id}/reset-password`, undefined, '404 not-found'],
    ['POST', `/users/${both}/reset-password`, undefined, '403 not-allowed'],
    ['POST', `/users/${both}/reset-second-factor`, undefined, '403 not-allowed'],
    ['PATCH', `/users/${both}`, { email: 'mine@example.com' }, '403 not-allowed'],
    ['DELETE', `/users/${both}`, undefined, '403 not-allowed'],
    ['GET', `/users/${both}/sessions`, undefined, '403 not-allowed'],
    ['PUT', `/users/${id}/roles`, { roles: [{ role: 'admin' }] }, '403 not-allowed'],
    ['PUT', `/users/${id}/roles`, { roles: [{ role: 'viewer', group: groups.data }] }, '403 not-allowed'],
    ['POST', '/users', { name: 'mole', roles: [{ role: 'viewer' }] }, '403 not-allowed'],
    ['POST', '/users', { name: 'mole', roles: [{ role: 'viewer', group: uuid7() }] }, '403 not-allowed'],
    ['GET', '/identity-providers', undefined, '403 not-allowed'],
    ['PUT', `/users/${inside.id}/roles`, { roles: [{ role: 'operator', group: groups.shop }] }, '200'],
    ['PUT', `/users/${both}/roles`, { roles: [] }, '200'],
  ] as const)
    assert.equal(await browser.try(method, path, body), expected, `${method} ${path}`)
  const left = (await admin.call('GET', `/users/${both}`)).body.roles
  assert.deepEqual(left, [{ role: 'admin', fromProvider: false }], 'roles elsewhere stay')
  await admin.call('DELETE', `/users/${both}`)
})

test('the last administrator stays, also when two would take each other away at the same moment', async () => {
  const me = (await admin.call('GET', '/session')).body.user.id
  assert.equal(await admin.try('PUT', `/users/${me}/roles`, { roles: [{ role: 'viewer' }] }), '409 conflict')
  assert.equal(await admin.try('DELETE', `/users/${me}`), '409 conflict')
  const second = await person('second', 'admin')
  const outcomes = await Promise.all([
    admin.try('PATCH', `/users/${second.id}`, { state: 'disabled' }),
    second.browser.try('PATCH', `/users/${me}`, { state: 'disabled' }),
  ])
  assert.equal(outcomes.filter(one => one === '200').length, 1, String(outcomes))
  const states = await center.system(db =>
    db.selectFrom('user_account').select('state').where('user_id', 'in', [me, second.id]).execute(),
  )
  assert.deepEqual(states.map(({ state }) => state).sort(), ['active', 'disabled'])
  const winner = outcomes[0] === '200' ? admin : second.browser
  const loser = outcomes[0] === '200' ? second.id : me
  assert.equal(await winner.try('PATCH', `/users/${loser}`, { state: 'active' }), '200')
  admin = await signedIn('admin')
  assert.equal(await admin.try('DELETE', `/users/${second.id}`), '204')
})

test('whoever is disabled or removed is out at once, with sessions and tokens', async () => {
  const { id, browser } = await person('leaver', 'admin')
  const made = await browser.call('POST', '/tokens', { name: 'backup', permissions: ['users:write'] })
  const program = center.browser()
  program.token = made.body.token
  assert.equal(await program.try('GET', '/users'), '200')
  assert.equal(await admin.try('PATCH', `/users/${id}`, { state: 'disabled' }), '200')
  assert.equal(await program.try('GET', '/users'), '401 sign-in')
  assert.equal(await browser.try('GET', '/session'), '401 sign-in')
  assert.equal(await admin.try('DELETE', `/users/${id}`), '204')
  assert.equal(await admin.try('GET', `/users/${id}`), '404 not-found')
  assert.equal(await admin.try('POST', '/users', { name: 'leaver', roles: [{ role: 'viewer' }] }), '409 conflict')
})

test('a token can what it was made for, as far as its maker still can', async () => {
  const { id, browser } = await person('maker', 'admin', groups.web)
  const make = (body: object) => browser.call('POST', '/tokens', { name: 't', ...body })
  assert.equal((await make({ permissions: ['alerts:read'], groups: [groups.data] })).status, 403)
  assert.equal((await make({ permissions: ['alerts:read'], days: 9_999 })).status, 400)
  const made = await make({ permissions: ['users:write', 'audit:read'], groups: [groups.shop] })
  assert.match(made.body.token, /^davylamp_[\w-]{43}$/)
  const program = center.browser()
  program.token = made.body.token
  assert.equal(await program.try('GET', '/users'), '200')
  assert.equal(await program.try('GET', '/tokens'), '403 not-allowed', 'not a scope of the token')
  assert.equal(await program.try('GET', '/session'), '403 not-allowed', 'a token is nobody who signs in')
  assert.equal(await program.try('POST', '/tokens', { name: 'x', permissions: ['users:write'] }), '403 not-allowed')
  assert.equal(
    await program.try('POST', '/users', { name: 'by-token', roles: [{ role: 'viewer', group: groups.shop }] }),
    '403 not-allowed',
    'it cannot give rights that it lacks itself',
  )
  const shown = (await browser.call('GET', '/tokens')).body.items
  assert.deepEqual(
    shown.map(one => one.hint),
    [made.body.token.slice(-4)],
  )
  assert.ok(!JSON.stringify(shown).includes(made.body.token))
  await admin.call('PUT', `/users/${id}/roles`, { roles: [{ role: 'viewer', group: groups.web }] })
  assert.equal(await program.try('GET', '/users'), '403 not-allowed', 'its maker is a viewer now')
  await admin.call('PUT', `/users/${id}/roles`, { roles: [{ role: 'admin', group: groups.web }] })
  assert.equal(await program.try('GET', '/users'), '200')
  assert.equal(await admin.try('DELETE', `/tokens/${shown[0]?.id}`), '204')
  assert.equal(await program.try('GET', '/users'), '401 sign-in')
  const short = (await make({ permissions: ['users:write'], days: 1 })).body.token
  program.token = short
  assert.equal(await program.try('GET', '/users'), '200')
  center.clock.now = new Date(center.clock.now.getTime() + 86_400_001)
  assert.equal(await program.try('GET', '/users'), '401 sign-in')
  program.token = `${short.slice(0, -1)}${short.endsWith('A') ? 'B' : 'A'}`
  assert.equal(await program.try('GET', '/users'), '401 sign-in')
  admin = await signedIn('admin')
})

test('people of another tenant are not there', async () => {
  const tenant = uuid7()
  const stranger = uuid7()
  await center.system(async db => {
    await db.insertInto('tenant').values({ tenant_id: tenant, name: 'other' }).execute()
  })
  const context = { store: center.center.store, bus: center.center.bus, tenant: 'other', actor: 'root' }
  const made = await addUserOffline(context, { name: 'admin', role: 'admin' })
  const browser = center.browser('203.0.113.200')
  assert.equal((await browser.signIn('admin', made.password)).status, 401, 'without the tenant it is the first one')
  assert.equal((await browser.call('POST', '/login', { tenant: 'other', ...made })).status, 200)
  await browser.call('PUT', '/profile/password', { old: made.password, new: goodPassword })
  assert.deepEqual((await browser.call('GET', '/users')).body.items.length, 1)
  const me = (await admin.call('GET', '/session')).body.user.id
  for (const [method, path] of [
    ['GET', `/users/${me}`],
    ['DELETE', `/users/${me}`],
    ['POST', `/users/${me}/reset-password`],
    ['DELETE', `/sessions/${stranger}`],
  ] as const)
    assert.equal(await browser.try(method, path), '404 not-found', path)
  const seen = (await browser.call('GET', '/audit')).body.items
  assert.ok(seen.length > 0)
  assert.ok(!JSON.stringify(seen).includes(me))
})

test('at the center itself: list, add, and the way back in', async () => {
  const context = { store: center.center.store, bus: center.center.bus, actor: 'root' }
  const made = await addUserOffline(context, { name: 'Offline', role: 'viewer' })
  await assert.rejects(addUserOffline(context, { name: 'offline', role: 'viewer' }), /already/)
  const browser = center.browser('203.0.113.201')
  for (let guess = 0; guess < 7; guess += 1) await browser.signIn('offline', 'wrong')
  assert.equal((await browser.signIn('offline', made.password)).status, 429)
  const reset = await resetPasswordOffline(context, { name: 'offline', secondFactors: true })
  assert.equal((await browser.signIn('offline', made.password)).status, 401)
  assert.equal((await browser.signIn('offline', reset.password)).body.mustChangePassword, true)
  const listed = (await listUsersOffline(context)).find(({ name }) => name === 'offline')
  assert.deepEqual(listed?.roles, [{ role: 'viewer' }])
  await assert.rejects(resetPasswordOffline(context, { name: 'no-such' }), /no such user/)
  const { items } = (await admin.call('GET', '/audit?actor=root')).body
  assert.deepEqual(
    items.map(entry => entry.action),
    ['user.password-reset', 'user.created'],
  )
})

test('an approver registers a key that is provably one’s own, and gets what belongs into agent.yml', async () => {
  const { browser } = await person('approver', 'approver')
  const pair = generateKeyPairSync('ed25519')
  const key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const name = 'ann at the safe'
  const signature = sign(null, approverKeyStatement(name, key), pair.privateKey).toString('base64')
  const body = { kind: 'ed25519', name, key, signature }
  assert.equal(await admin.try('POST', '/approver-keys', { ...body, name: 'another' }), '400 bad-request')
  const rsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const foreign = rsa.export({ format: 'der', type: 'spki' }).toString('base64')
  assert.equal(await browser.try('POST', '/approver-keys', { ...body, key: foreign }), '400 bad-request')
  const made = await browser.call('POST', '/approver-keys', body)
  assert.equal(made.status, 201)
  assert.deepEqual(agentConfig.parse(parse(made.body.agentYml)).orders.approvers, [{ name, kind: 'ed25519', key }])
  const { browser: viewer } = await person('looker', 'viewer')
  assert.equal((await viewer.call('GET', '/approver-keys')).body.items.length, 1)
  assert.equal(await viewer.try('POST', '/approver-keys', body), '403 not-allowed')
  assert.equal(await viewer.try('DELETE', `/approver-keys/${made.body.id}`), '404 not-found')
  assert.equal(await browser.try('DELETE', `/approver-keys/${made.body.id}`), '204')
  assert.equal(await browser.try('POST', '/approver-keys', body), '409 conflict', 'names of revoked keys stay taken')
})
