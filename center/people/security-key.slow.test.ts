import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { canonicalJson } from '../../engine/index.ts'
import { agentConfig } from '../../model/wire/index.ts'
import { assertionOptions, checkAssertion, relyingPartyOf } from './index.ts'
import { approverKeyNamed } from './approvers-api.ts'
import { keysOf } from './security-key.ts'
import {
  addUser,
  type Browser,
  centerAddress,
  goodPassword,
  openPeopleCenter,
  type PeopleCenter,
  signedInAdmin,
} from './testing/people-center.ts'
import { VirtualKey } from './testing/virtual-key.ts'

let center: PeopleCenter
let admin: Browser
let visitor = 0

before(async () => {
  center = await openPeopleCenter()
  admin = await signedInAdmin(center)
})
after(() => center.close())

function fresh(): Browser {
  visitor += 1
  return center.browser(`203.0.113.${visitor}`)
}

async function withKey(name: string, key: VirtualKey, role = 'viewer') {
  const id = await addUser(admin, name, [{ role }])
  const browser = fresh()
  await browser.signIn(name, goodPassword)
  const { ticket, options } = (await browser.call('POST', '/profile/keys/options')).body
  const body = { ticket, name: 'blue key', key: key.create(options, centerAddress) }
  const added = await browser.call('POST', '/profile/keys', body)
  assert.equal(added.status, 201, JSON.stringify(added.body))
  assert.equal(await browser.try('POST', '/profile/keys', body), '400 bad-request', 'a ticket works once')
  return { id, browser, added: added.body }
}

for (const algorithm of ['ES256', 'EdDSA'] as const)
  test(`a key (${algorithm}) as second factor`, async () => {
    const key = new VirtualKey(algorithm)
    const name = `second-${algorithm.toLowerCase()}`
    const { added } = await withKey(name, key)
    assert.deepEqual([added.key.passkey, added.recoveryCodes.length], [true, 10])
    const browser = fresh()
    const asked = (await browser.signIn(name, goodPassword)).body
    assert.deepEqual(asked.ways, ['key', 'recovery'])
    assert.deepEqual(
      asked.keyOptions.allowCredentials.map(one => one.id),
      [key.id],
    )
    const give = (answer: unknown) =>
      browser.try('POST', '/login/second-factor', { way: 'key', ticket: asked.ticket, key: answer })
    assert.equal(await give(key.get(asked.keyOptions, 'https://center.example.evil.test')), '401 wrong', 'another page')
    assert.equal(await give(new VirtualKey(algorithm).get(asked.keyOptions, centerAddress)), '401 wrong', 'another key')
    const other = { ...asked.keyOptions, challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
    assert.equal(await give(key.get(other, centerAddress)), '401 wrong', 'another challenge')
    const good = key.get(asked.keyOptions, centerAddress)
    const bent = `${good.response.signature.slice(0, -8)}AAAAAAAA`
    assert.equal(await give({ ...good, response: { ...good.response, signature: bent } }), '401 wrong')
    assert.equal(await give(good), '200')
    assert.equal(await give(good), '401 sign-in-over')
  })

test('a passkey signs in without a name or password, only with the user verified, and a copy is noticed', async () => {
  const key = new VirtualKey()
  const { id } = await withKey('passkeyer', key)
  const handle = Buffer.from(id).toString('base64url')
  const attempt = async (answer: (options: unknown) => unknown, browser = fresh()) => {
    const { ticket, options } = (await browser.call('POST', '/login/passkey/options', {})).body
    assert.deepEqual([options.userVerification, options.allowCredentials], ['required', undefined])
    return browser.try('POST', '/login/passkey', { ticket, key: answer(options) })
  }
  const browser = fresh()
  assert.equal(await attempt(options => key.get(options, centerAddress, handle), browser), '200')
  const me = (await browser.call('GET', '/session')).body
  assert.equal(me.user.name, 'passkeyer')
  const sessions = (await browser.call('GET', '/sessions')).body.items
  assert.equal(sessions.find(one => one.current)?.method, 'passkey')
  assert.equal(await attempt(options => key.get(options, centerAddress, 'b3RoZXI')), '401 wrong', 'of another user')
  key.verifiesUser = false
  assert.equal(await attempt(options => key.get(options, centerAddress, handle)), '401 wrong', 'nobody was verified')
  key.verifiesUser = true
  key.counter = 0
  assert.equal(await attempt(options => key.get(options, centerAddress, handle)), '401 wrong', 'the counter went back')
  key.counter = 100
  assert.equal(await attempt(options => key.get(options, centerAddress, handle)), '200')
  assert.equal(await admin.try('PATCH', `/users/${id}`, { state: 'disabled' }), '200')
  assert.equal(await attempt(options => key.get(options, centerAddress, handle)), '401 wrong')
})

test('a key confirms who it is, of this account only', async () => {
  const key = new VirtualKey()
  const { browser } = await withKey('confirmer', key)
  const foreign = new VirtualKey()
  await withKey('somebody', foreign)
  const confirm = async (other: VirtualKey) => {
    const { ticket, options } = (await browser.call('POST', '/session/confirm/options')).body
    return browser.try('POST', '/session/confirm', { way: 'key', ticket, key: other.get(options, centerAddress) })
  }
  assert.equal(await confirm(foreign), '401 wrong')
  assert.equal(await confirm(key), '200')
})

test('without its last key an account is back to the password, and an administrator can take it there', async () => {
  const key = new VirtualKey()
  const { id, browser } = await withKey('loser', key)
  assert.equal(await browser.try('DELETE', `/profile/keys/${key.id}`), '204')
  assert.equal((await fresh().signIn('loser', goodPassword)).body.state, 'signed-in')
  const second = new VirtualKey()
  const { options, ticket } = (await browser.call('POST', '/profile/keys/options')).body
  await browser.call('POST', '/profile/keys', { ticket, name: 'second', key: second.create(options, centerAddress) })
  assert.equal((await fresh().signIn('loser', goodPassword)).body.state, 'second-factor')
  assert.equal(await admin.try('POST', `/users/${id}/reset-second-factor`), '204')
  assert.equal(await browser.try('GET', '/session'), '401 sign-in')
  assert.equal((await fresh().signIn('loser', goodPassword)).body.state, 'signed-in')
})

test('an approver’s key signs the SHA-256 of what is approved, and agent.yml says what a host needs to check it', async () => {
  const key = new VirtualKey()
  const { id, browser } = await withKey('approver', key, 'approver')
  const made = await browser.call('POST', '/approver-keys', { kind: 'webauthn', name: 'safe', credential: key.id })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const [pinned] = agentConfig.parse(parse(made.body.agentYml)).orders.approvers
  assert.ok(pinned?.kind === 'webauthn')
  assert.deepEqual([pinned.relyingParty, pinned.origin], ['center.example', centerAddress])
  assert.deepEqual(made.body.securityKey, { credential: key.id, origin: centerAddress })
  const registered = await center.system(db => approverKeyNamed(db, center.store.tenant, 'safe'))
  assert.deepEqual(registered, { user: id, revoked: false, pinned }, 'what the center checks with is what hosts pin')
  const party = relyingPartyOf(centerAddress)
  const [stored] = await center.system(db => keysOf(db, center.store.tenant, id))
  assert.ok(party && stored)
  const approved = {
    format: 'davylamp-approval',
    version: 1,
    digests: ['ab'.repeat(32)],
    expiresAt: '2030-01-01T00:00:00Z',
  }
  const challenge = createHash('sha256').update(canonicalJson(approved)).digest()
  const asked = await assertionOptions(party, [stored], 'preferred', challenge)
  assert.equal(asked.challenge, challenge.toString('base64url'))
  const answer = { ...key.get(asked.options, centerAddress), type: 'public-key' as const }
  const pinnedKey = { ...stored, public_key: Buffer.from(pinned.key, 'base64') }
  assert.equal(await checkAssertion(party, asked.challenge, answer, pinnedKey, 'preferred'), key.counter)
  const otherPlan = createHash('sha256').update('another plan').digest('base64url')
  assert.equal(await checkAssertion(party, otherPlan, answer, pinnedKey, 'preferred'), undefined)
  const other = new VirtualKey()
  await withKey('bystander', other)
  const foreign = { kind: 'webauthn', name: 'theirs', credential: other.id }
  assert.equal(await browser.try('POST', '/approver-keys', foreign), '404 not-found', 'a key of somebody else')
})
