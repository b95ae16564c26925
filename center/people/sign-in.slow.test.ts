import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { createFirstAdmin } from './index.ts'
import { addUser, type Browser, goodPassword, openPeopleCenter, type PeopleCenter } from './testing/people-center.ts'

let center: PeopleCenter
let admin: Browser
let visitor = 0

before(async () => {
  center = await openPeopleCenter()
})
after(() => center.close())

/** Each test knocks from a network of its own, so that none delays another. */
function fresh(): Browser {
  visitor += 1
  return center.browser(`203.0.113.${visitor}`)
}

async function idOf(name: string): Promise<string | undefined> {
  const found = await center.system(db =>
    db.selectFrom('user_account').select('user_id').where('name', '=', name).execute(),
  )
  return found[0]?.user_id
}

function later(seconds: number): void {
  center.clock.now = new Date(center.clock.now.getTime() + seconds * 1000)
}

test('the first administrator has a one-time password and can do nothing before it is changed', async () => {
  const both = await Promise.all([createFirstAdmin(center.center.store), createFirstAdmin(center.center.store)])
  const first = both.find(one => one !== undefined)
  assert.equal(both.filter(one => one !== undefined).length, 1)
  assert.ok(first)
  const browser = fresh()
  const signed = await browser.signIn('Admin', first.password)
  assert.deepEqual([signed.status, signed.body.state, signed.body.mustChangePassword], [200, 'signed-in', true])
  assert.match(
    signed.headers.get('set-cookie') ?? '',
    /^__Host-davylamp=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; /,
  )
  assert.equal(await browser.try('GET', '/users'), '403 must-change-password')
  assert.equal(await browser.try('GET', '/audit'), '403 must-change-password')
  assert.equal(await browser.try('PUT', '/profile/password', { old: first.password, new: 'short' }), '400 bad-request')
  assert.equal(await browser.try('PUT', '/profile/password', { old: 'wrong', new: goodPassword }), '401 wrong')
  assert.equal(await browser.try('PUT', '/profile/password', { old: first.password, new: goodPassword }), '200')
  assert.equal(await browser.try('GET', '/users'), '200')
  admin = browser
  const me = (await browser.call('GET', '/session')).body
  assert.equal(me.csrf, signed.body.csrf)
  assert.deepEqual([me.user.name, me.roles, me.rights['users:write']], ['admin', [{ role: 'admin' }], 'all'])
})

test('an unknown name, a wrong password and a disabled account get the same answer', async () => {
  const id = await addUser(admin, 'off', [{ role: 'viewer' }])
  assert.equal(await admin.try('PATCH', `/users/${id}`, { state: 'disabled' }), '200')
  const answers = []
  for (const [name, password] of [
    ['nobody-here', goodPassword],
    ['admin', 'wrong wrong wrong'],
    ['off', goodPassword],
  ] as const)
    answers.push(await fresh().signIn(name, password))
  const references = new Set<unknown>()
  const same = answers.map(({ status, body: { instance, ...body }, headers }) => {
    assert.match(String(instance), /^urn:davylamp:request:/, 'the log and the audit log know it by this')
    references.add(instance)
    return [status, body, headers.get('set-cookie')]
  })
  assert.equal(references.size, answers.length)
  for (const one of same) assert.deepEqual(one, [401, same[0]?.[1], null])
})

test('a change without the session’s CSRF token is refused', async () => {
  const browser = fresh()
  await browser.signIn('admin', goodPassword)
  browser.csrf = 'x'.repeat(43)
  assert.equal(await browser.try('POST', '/logout'), '403 not-allowed')
  browser.csrf = (await browser.call('GET', '/session')).body.csrf
  assert.equal(await browser.try('POST', '/logout'), '204')
})

test('sign-out, rotation at sign-in, idle time and longest time end a session', async () => {
  const browser = fresh()
  await browser.signIn('admin', goodPassword)
  const first = browser.cookie
  await browser.signIn('admin', goodPassword)
  assert.notEqual(browser.cookie, first)
  const stolen = fresh()
  stolen.cookies.set('__Host-davylamp', first)
  assert.equal(await stolen.try('GET', '/session'), '401 sign-in')
  for (let hours = 0; hours < 160; hours += 10) {
    assert.equal(await browser.try('GET', '/session'), '200', `after ${hours} h`)
    later(10 * 3600)
  }
  later(9 * 3600)
  assert.equal(await browser.try('GET', '/session'), '401 sign-in', 'seven days are over')
  browser.cookies.clear()
  await browser.signIn('admin', goodPassword)
  later(12 * 3600 + 1)
  assert.equal(await browser.try('GET', '/session'), '401 sign-in', 'twelve hours without use')
  admin = fresh()
  await admin.signIn('admin', goodPassword)
})

test('what needs a fresh login asks for it, and a confirmation is enough', async () => {
  await admin.signIn('admin', goodPassword)
  later(601)
  assert.equal(await admin.try('POST', '/profile/codes'), '403 login-again')
  assert.equal(await admin.try('POST', '/session/confirm', { way: 'password', password: 'no' }), '401 wrong')
  assert.equal(await admin.try('POST', '/session/confirm', { way: 'password', password: goodPassword }), '200')
  assert.equal(await admin.try('POST', '/profile/codes'), '200')
})

test('guesses are delayed more and more, the owner elsewhere is not', async () => {
  await addUser(admin, 'victim', [{ role: 'viewer' }])
  const owner = fresh()
  assert.equal((await owner.signIn('victim', goodPassword)).status, 200)
  const guesser = fresh()
  for (let guess = 0; guess < 6; guess += 1)
    assert.equal((await guesser.signIn('victim', `guess ${guess}`)).status, 401)
  const delayed = await guesser.signIn('victim', goodPassword)
  assert.deepEqual([delayed.status, delayed.headers.get('retry-after')], [429, '2'])
  assert.equal((await owner.signIn('victim', goodPassword)).status, 200)
  later(3)
  assert.equal((await guesser.signIn('victim', 'another')).status, 401)
  assert.equal((await guesser.signIn('victim', goodPassword)).body.retryAfterSeconds, 4)
  later(5)
  assert.equal((await guesser.signIn('victim', goodPassword)).status, 200)
})

test('many networks against one name: a minute at most for strangers, nothing for who is known there', async () => {
  await addUser(admin, 'target', [{ role: 'viewer' }])
  const owner = fresh()
  assert.equal((await owner.signIn('target', goodPassword)).status, 200)
  let longest = 0
  for (let guess = 0; guess < 34; guess += 1) {
    const { status, body } = await center.browser(`2001:db8:0:${guess.toString(16)}::1`).signIn('target', 'wrong')
    if (status === 429) later(body.retryAfterSeconds)
    if (status === 429) longest = Math.max(longest, body.retryAfterSeconds)
  }
  assert.ok(longest >= 8 && longest <= 60, `${longest} s`)
  assert.equal((await owner.signIn('target', goodPassword)).status, 200)
})

test('of many guesses at the same moment only the free ones are judged', async () => {
  await addUser(admin, 'crowd', [{ role: 'viewer' }])
  const guesser = fresh()
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async (_, guess) => (await guesser.signIn('crowd', `guess ${guess}`)).status),
  )
  assert.equal(statuses.filter(status => status === 401).length, 6, String(statuses))
  assert.equal(statuses.filter(status => status === 429).length, 6, String(statuses))
})

test('codes of an app: a second factor, each once; recovery codes, each once', async () => {
  await addUser(admin, 'coder', [{ role: 'viewer' }])
  const browser = fresh()
  await browser.signIn('coder', goodPassword)
  const { secret, url } = (await browser.call('POST', '/profile/codes')).body
  assert.match(url, /^otpauth:\/\/totp\//)
  const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: center.clock.now.getTime() })
  assert.equal(await browser.try('POST', '/profile/codes/confirm', { code: '000000' }), '400 bad-request')
  const { recoveryCodes } = (await browser.call('POST', '/profile/codes/confirm', { code: code() })).body
  assert.equal(recoveryCodes.length, 10)
  const next = fresh()
  const asked = (await next.signIn('coder', goodPassword)).body
  assert.deepEqual([asked.state, asked.ways], ['second-factor', ['code', 'recovery']])
  assert.equal(await next.try('GET', '/session'), '401 sign-in', 'the password alone opens nothing')
  const give = (ticket: string, way: string, value: string | undefined) =>
    next.try('POST', '/login/second-factor', { way, ticket, code: value })
  assert.equal(await give(asked.ticket, 'code', code()), '401 wrong', 'the code that was shown at the confirmation')
  later(30)
  assert.equal(await give(asked.ticket, 'code', code()), '200')
  assert.equal(await give(asked.ticket, 'code', code()), '401 sign-in-over', 'a ticket works once')
  next.cookies.clear()
  const again = (await next.signIn('coder', goodPassword)).body.ticket
  assert.equal(await give(again, 'code', code()), '401 wrong', 'a code works once')
  assert.equal(await give(again, 'recovery', recoveryCodes[3]?.toUpperCase()), '200')
  next.cookies.clear()
  const third = (await next.signIn('coder', goodPassword)).body.ticket
  assert.equal(await give(third, 'recovery', recoveryCodes[3]), '401 wrong', 'a recovery code works once')
  assert.equal(await give(third, 'recovery', recoveryCodes[4]), '200')
  assert.equal((await next.call('GET', '/profile/second-factors')).body.recoveryCodesLeft, 8)
})

test('a ticket is over after five wrong codes, and codes are delayed like passwords', async () => {
  const browser = fresh()
  const { ticket } = (await browser.signIn('coder', goodPassword)).body
  const outcomes = []
  for (let guess = 0; guess < 6; guess += 1)
    outcomes.push(await browser.try('POST', '/login/second-factor', { way: 'code', ticket, code: '000000' }))
  assert.deepEqual(outcomes, [...Array(5).fill('401 wrong'), '401 sign-in-over'])
  const second = (await browser.signIn('coder', goodPassword)).body.ticket
  const guess = { way: 'code', ticket: second, code: '000000' }
  assert.equal(await browser.try('POST', '/login/second-factor', guess), '401 wrong')
  assert.equal(await browser.try('POST', '/login/second-factor', guess), '429 too-many-attempts')
})

test('a changed password ends all other sessions; people see and end their sessions', async () => {
  await addUser(admin, 'many', [{ role: 'viewer' }])
  const [one, two, three] = [fresh(), fresh(), fresh()]
  for (const browser of [one, two, three]) await browser.signIn('many', goodPassword)
  const list = (await one.call('GET', '/sessions')).body.items
  assert.deepEqual(list.map(session => session.current).sort(), [false, false, true])
  const foreign = (await admin.call('GET', '/sessions')).body.items[0]?.id
  assert.equal(await one.try('DELETE', `/sessions/${foreign}`), '404 not-found', 'the session of somebody else')
  const heard = new Promise<string>(resolve => {
    const stop = center.center.bus.subscribe('sessions', ({ id }) => {
      stop()
      resolve(id)
    })
  })
  const other = list.find(session => !session.current)?.id
  assert.equal(await one.try('DELETE', `/sessions/${other}`), '204')
  assert.equal((await one.call('GET', '/sessions')).body.items.length, 2)
  const changed = await one.call('PUT', '/profile/password', { old: goodPassword, new: 'quiet-lantern-47-orbit' })
  assert.equal(changed.status, 200)
  assert.equal(await heard, await idOf('many'))
  assert.equal(await one.try('GET', '/session'), '200')
  assert.equal(await two.try('GET', '/session'), '401 sign-in')
  assert.equal(await three.try('GET', '/session'), '401 sign-in')
  assert.equal((await fresh().signIn('many', goodPassword)).status, 401)
})

test('a link works once, for its time, and not after a newer one was made', async () => {
  const id = await addUser(admin, 'forgot', [{ role: 'viewer' }])
  const link = async () => String((await admin.call('POST', `/users/${id}/reset-password`)).body.link).split('#')[1]
  const [old, newer] = [await link(), await link()]
  const use = (token: string | undefined, password: string) => fresh().try('POST', '/login/link', { token, password })
  assert.equal(await use(old, 'copper-window-81-raven'), '410 link-over')
  assert.equal(await use(newer, 'passwordpassword'), '400 bad-request')
  assert.equal(await use(newer, 'copper-window-81-raven'), '200')
  assert.equal(await use(newer, 'copper-window-82-raven'), '410 link-over')
  const late = await link()
  later(24 * 3600 + 1)
  assert.equal(await use(late, 'copper-window-83-raven'), '410 link-over')
})

test('nothing that opens a door lies readable in the store', async () => {
  const browser = fresh()
  await browser.signIn('admin', goodPassword)
  const secrets = [browser.cookie, browser.csrf, goodPassword]
  const rows = await center.system(async db => {
    const tables = [
      'user_account',
      'session',
      'sign_in_step',
      'login_attempt',
      'login_throttle',
      'audit_entry',
    ] as const
    const all = []
    for (const table of tables) all.push(...(await db.selectFrom(table).selectAll().execute()))
    return JSON.stringify(all)
  })
  for (const secret of secrets) assert.ok(!rows.includes(secret))
})
