import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  addUser,
  type Browser,
  centerAddress,
  openPeopleCenter,
  type PeopleCenter,
  signedInAdmin,
} from './testing/people-center.ts'
import { type LocalProvider, openLocalProvider } from './testing/local-provider.ts'

let center: PeopleCenter
let admin: Browser
let idp: LocalProvider
let provider = ''
let settings: Record<string, unknown>

before(async () => {
  center = await openPeopleCenter()
  admin = await signedInAdmin(center)
  idp = await openLocalProvider(center.keys)
  settings = {
    name: 'Company',
    issuer: idp.issuer,
    clientId: idp.clientId,
    clientSecret: idp.clientSecret,
    scopes: 'openid profile groups',
    roleMap: [
      { value: 'ops', role: 'operator' },
      { value: 'web', role: 'viewer', group: center.store.group },
    ],
    ca: idp.ca,
  }
})
after(async () => {
  await idp.close()
  await center.close()
})

/** Through the provider and back; where the center sends the browser in the end. */
async function through(browser: Browser, change = (url: URL) => url): Promise<string> {
  const begun = await browser.call('GET', `/login/oidc/${provider}`)
  assert.equal(begun.status, 303)
  const back = change(new URL(await idp.follow(begun.headers.get('location') ?? '')))
  assert.equal(back.origin, centerAddress)
  const done = await browser.call('GET', `${back.pathname.replace('/api/v1', '')}${back.search}`)
  assert.equal(done.status, 303)
  return (done.headers.get('location') ?? '').replace(centerAddress, '')
}

const session = async (browser: Browser) => (await browser.call('GET', '/session')).body

test('a provider that cannot be used is refused with the reason', async () => {
  for (const wrong of [{ ca: undefined }, { issuer: `${idp.issuer}/elsewhere` }, { issuer: 'https://127.0.0.1:9' }]) {
    const { status, body } = await admin.call('POST', '/identity-providers', { ...settings, ...wrong })
    assert.deepEqual([status, body.title], [400, 'The identity provider cannot be used'], JSON.stringify(wrong))
  }
  assert.equal(
    await admin.try('POST', '/identity-providers', { ...settings, issuer: 'http://localhost' }),
    '400 invalid-input',
  )
})

test('settings are stored, the secret is never shown', async () => {
  const made = await admin.call('POST', '/identity-providers', settings)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  provider = made.body.id
  assert.equal(made.body.callback, `${centerAddress}/api/v1/login/oidc/${provider}/callback`)
  idp.allow(made.body.callback)
  const shown = JSON.stringify((await admin.call('GET', '/identity-providers')).body)
  const stored = await center.system(db => db.selectFrom('identity_provider').selectAll().execute())
  const audit = JSON.stringify((await admin.call('GET', '/audit?action=identity-provider')).body)
  for (const text of [shown, JSON.stringify(stored), audit]) assert.ok(!text.includes(idp.clientSecret))
  const ways = (await center.browser().call('GET', '/login/ways')).body.providers
  assert.deepEqual(ways, [{ id: provider, name: 'Company', start: `/api/v1/login/oidc/${provider}` }])
})

test('the first sign-in makes the account; roles follow the groups at each one', async () => {
  const browser = center.browser()
  idp.person = { sub: 's-ann', name: 'Ann', groups: ['ops', 'unknown'] }
  assert.equal(await through(browser), '/')
  const first = await session(browser)
  assert.deepEqual([first.user.name, first.user.displayName, first.roles], ['ann', 'Some One', [{ role: 'operator' }]])
  idp.person = { ...idp.person, name: 'renamed', groups: ['web'] }
  assert.equal(await through(browser), '/')
  const second = await session(browser)
  assert.deepEqual([second.user.id, second.roles], [first.user.id, [{ role: 'viewer', group: center.store.group }]])
  idp.person = { ...idp.person, groups: [] }
  assert.equal(await through(browser), '/sign-in?failed=no-role')
  assert.deepEqual((await session(browser)).rights, {}, 'the session that was open has no rights any more')
  idp.person = { ...idp.person, groups: ['ops'] }
  assert.equal(await through(browser), '/')
})

test('who has no role, or the name of somebody else, does not get in', async () => {
  await addUser(admin, 'bob', [{ role: 'admin' }])
  idp.person = { sub: 's-none', name: 'none', groups: ['unknown'] }
  assert.equal(await through(center.browser()), '/sign-in?failed=no-role')
  idp.person = { sub: 's-bob', name: 'bob', groups: ['ops'] }
  const browser = center.browser()
  assert.equal(await through(browser), '/sign-in?failed=name-taken')
  idp.person = { sub: 's-odd', name: '<script>', groups: ['ops'] }
  assert.equal(await through(browser), '/sign-in?failed=no-name')
  assert.equal(await browser.try('GET', '/session'), '401 sign-in')
})

test('a callback is good once, in the browser that began, with its own state and code', async () => {
  idp.person = { sub: 's-eve', name: 'eve', groups: ['ops'] }
  const victim = center.browser()
  const attacker = center.browser()
  const begun = await attacker.call('GET', `/login/oidc/${provider}`)
  const back = new URL(await idp.follow(begun.headers.get('location') ?? ''))
  const path = `${back.pathname.replace('/api/v1', '')}${back.search}`
  const foisted = await victim.call('GET', path)
  assert.match(foisted.headers.get('location') ?? '', /failed=over/)
  await victim.call('GET', `/login/oidc/${provider}`)
  const other = await victim.call('GET', path)
  assert.match(
    other.headers.get('location') ?? '',
    /failed=refused-by-provider/,
    'the state is that of another browser',
  )
  assert.equal(await victim.try('GET', '/session'), '401 sign-in')
  assert.equal((await attacker.call('GET', path)).headers.get('location'), `${centerAddress}/`)
  attacker.cookies.delete('__Host-davylamp')
  assert.match((await attacker.call('GET', path)).headers.get('location') ?? '', /failed=over/)
  const bent = await through(center.browser(), url => {
    url.searchParams.set('iss', 'https://evil.test')
    return url
  })
  assert.equal(bent, '/sign-in?failed=refused-by-provider')
  const late = center.browser()
  const started = await late.call('GET', `/login/oidc/${provider}`)
  const slow = new URL(await idp.follow(started.headers.get('location') ?? ''))
  center.clock.now = new Date(center.clock.now.getTime() + 601_000)
  const over = await late.call('GET', `${slow.pathname.replace('/api/v1', '')}${slow.search}`)
  assert.match(over.headers.get('location') ?? '', /failed=over/)
  center.clock.now = new Date(center.clock.now.getTime() - 601_000)
})

test('a provider that is off lets nobody in, and stays as long as it has users', async () => {
  const secretless = { ...settings, clientSecret: undefined }
  assert.equal(await admin.try('PUT', `/identity-providers/${provider}`, { ...secretless, enabled: false }), '200')
  assert.equal(await center.browser().try('GET', `/login/oidc/${provider}`), '404 not-found')
  assert.deepEqual((await center.browser().call('GET', '/login/ways')).body.providers, [])
  const moved = { ...secretless, issuer: 'https://evil.test' }
  assert.equal(
    await admin.try('PUT', `/identity-providers/${provider}`, moved),
    '409 conflict',
    'no secret for another issuer',
  )
  assert.equal(await admin.try('DELETE', `/identity-providers/${provider}`), '409 conflict')
  assert.equal(await admin.try('PUT', `/identity-providers/${provider}`, secretless), '200')
  idp.person = { sub: 's-ann', name: 'ann', groups: ['ops'] }
  assert.equal(await through(center.browser()), '/', 'the secret stayed')
})
