import assert from 'node:assert/strict'
import { sign, webcrypto } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Gateway } from './gateway.ts'
import {
  ask,
  arrive,
  type Certified,
  connect,
  enrolWith,
  join,
  newIdentity,
  type TestIdentity,
} from './testing/test-agent.ts'
import { openTestCenter, type TestCenter } from './testing/test-gateway.ts'

let center: TestCenter
let gateway: Gateway
let ca: string
before(async () => {
  center = await openTestCenter()
  gateway = await center.start()
  ca = center.keys.authority.certificate
})
after(() => center.close())

const enrolOn = (token: string, identity: TestIdentity, more?: Parameters<typeof enrolWith>[4]) =>
  enrolWith(gateway.port, ca, token, identity, more)

async function agentRow(agent: string) {
  return center.database.store.system(db =>
    db
      .selectFrom('agent')
      .innerJoin('host', 'host.host_id', 'agent.host_id')
      .selectAll('agent')
      .select(['host.name', 'host.agent_id as in_force', 'host.group_id'])
      .where('agent.agent_id', '=', agent)
      .executeTakeFirstOrThrow(),
  )
}

async function events(agent: string) {
  const { host_id } = await agentRow(agent)
  const rows = await center.database.store.system(db =>
    db.selectFrom('host_event').select('what').where('host_id', '=', host_id).orderBy('event_id').execute(),
  )
  return rows.map(row => row.what)
}

for (const algorithm of ['P-256', 'Ed25519'] as const)
  test(`a host joins with a key of kind ${algorithm}, and asking again changes nothing`, async () => {
    const token = await center.token()
    const identity = await newIdentity(algorithm)
    const { status, answer } = await enrolOn(token, identity)
    assert.equal(status, 200)
    assert.ok(answer?.state === 'enrolled')
    assert.equal(answer.authority, ca)
    assert.equal(answer.orderKeys.length, 1)
    assert.deepEqual(
      (await enrolOn(token, identity)).answer,
      answer,
      'the token is used up, yet the same request is answered',
    )
    const row = await agentRow(answer.agent)
    assert.deepEqual(
      [row.state, row.name, row.in_force, row.group_id],
      ['active', 'web-1', answer.agent, center.database.group],
    )
    assert.deepEqual(await events(answer.agent), ['enrolled'])
    const other = await enrolOn(token, await newIdentity())
    assert.equal(other.status, 403)
    assert.match(other.text, /used up/)
  })

test('many at once: a token of three lets three join, the same request makes one host', async () => {
  const token = await center.token({ uses: 3 })
  const identities = await Promise.all(Array.from({ length: 6 }, () => newIdentity()))
  const answers = await Promise.all(
    identities.flatMap(identity => [enrolOn(token, identity), enrolOn(token, identity)]),
  )
  const agents = new Set(answers.flatMap(({ answer }) => (answer?.state === 'enrolled' ? [answer.agent] : [])))
  assert.equal(agents.size, 3)
})

test('bad tokens and requests are refused with a reason', async () => {
  const identity = await newIdentity()
  const ended = await center.token({ seconds: -1 })
  const good = await center.token()
  const tampered = identity.csr.replace(/[A-Za-z](?=[^\n]*\n-----END)/, letter => (letter === 'A' ? 'B' : 'A'))
  for (const [token, csr, status, why] of [
    ['dle_nobody-knows-this-one', identity.csr, 403, /does not know/],
    [ended, identity.csr, 403, /ended on/],
    [good, 'rubbish', 400, /not a PEM block/],
    [good, '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', 400, /cannot be read/],
    [good, tampered, 400, /signature|cannot be read|key must/],
    [good, (await newIdentity('P-384')).csr, 400, /P-256 or Ed25519/],
  ] as const) {
    const refused = await enrolOn(token, { ...identity, csr })
    assert.equal(refused.status, status, refused.text)
    assert.match(refused.text, why)
  }
  assert.equal((await enrolOn(good, identity)).status, 200, 'the token was not used by any of them')
})

test('hostile bodies', async () => {
  const path = '/agent/v1/enrol'
  const post = (raw: Buffer) => ask(gateway.port, ca, { method: 'POST', path, raw })
  assert.equal((await post(Buffer.from('{'))).status, 400)
  assert.equal((await post(Buffer.from('['.repeat(20_000)))).status, 400)
  assert.equal((await post(Buffer.from('{"__proto__":{"token":"x"}}'))).status, 400)
  assert.equal((await post(Buffer.alloc(40_000, 0x20))).status, 413)
  assert.equal((await ask(gateway.port, ca, { path })).status, 405)
  const token = await center.token()
  const joined = await join(gateway.port, ca, token, { hostname: 'a\u0000b\u202e<script>\ud800', machine: '\u0000' })
  assert.equal((await agentRow(joined.agent)).name, 'a\ufffdb\ufffd<script>\ufffd')
})

test('a host waits for approval, and then joins; another is refused', async () => {
  const token = await center.token({ needsApproval: true, uses: 2 })
  const identity = await newIdentity()
  const other = await newIdentity()
  for (const one of [identity, other]) {
    const { status, answer } = await enrolOn(token, one)
    assert.deepEqual([status, answer?.state], [202, 'pending'])
  }
  const decide = (state: string, csr: string) =>
    center.database.store.system(db => db.updateTable('enrolment').set({ state }).where('csr', '=', csr).execute())
  await decide('approved', identity.csr)
  await decide('refused', other.csr)
  const { answer } = await enrolOn(token, identity)
  assert.equal(answer?.state, 'enrolled')
  assert.deepEqual((await enrolOn(token, identity)).answer, answer)
  const refused = await enrolOn(token, other)
  assert.equal(refused.status, 403)
  assert.match(refused.text, /turned away/)
})

test('a host that proves its old key keeps its history; one that only says so does not', async () => {
  const first = await newIdentity()
  const enrolled = (await enrolOn(await center.token(), first)).answer
  assert.ok(enrolled?.state === 'enrolled')
  const before = await agentRow(enrolled.agent)
  const der = (csr: string) => Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64')

  const liar = await newIdentity()
  const lied = (
    await enrolOn(await center.token(), liar, {
      previous: enrolled.agent,
      previousProof: sign('sha256', der(liar.csr), liar.key).toString('base64'),
    })
  ).answer
  assert.ok(lied?.state === 'enrolled')
  assert.notEqual((await agentRow(lied.agent)).host_id, before.host_id)
  assert.equal((await agentRow(enrolled.agent)).state, 'active')

  const second = await newIdentity()
  const again = (
    await enrolOn(await center.token({ needsApproval: true }), second, {
      previous: enrolled.agent,
      previousProof: sign('sha256', der(second.csr), first.key).toString('base64'),
    })
  ).answer
  assert.ok(again?.state === 'enrolled')
  const row = await agentRow(again.agent)
  assert.deepEqual([row.host_id, row.in_force], [before.host_id, again.agent])
  assert.equal((await agentRow(enrolled.agent)).state, 'replaced')
})

test('a cloned machine is a host of its own, and both know it', async () => {
  const [one, two] = [
    await join(gateway.port, ca, await center.token(), { machine: 'cloned', hostname: 'origin' }),
    await join(gateway.port, ca, await center.token(), { machine: 'cloned', hostname: 'copy' }),
  ]
  assert.notEqual((await agentRow(one.agent)).host_id, (await agentRow(two.agent)).host_id)
  assert.ok((await events(one.agent)).includes('same-machine'))
  assert.ok((await events(two.agent)).includes('same-machine'))
})

test('renewal: the old certificate is good until the new one was used', async () => {
  const old = await join(gateway.port, ca, await center.token())
  const fresh = await newIdentity()
  const renew = (certified: Certified, csr: string) =>
    ask(gateway.port, ca, { method: 'POST', path: '/agent/v1/renew', body: { csr }, certified })
  const { status, body } = await renew(old, fresh.csr)
  assert.equal(status, 200, body.toString())
  const renewed = { ...old, key: fresh.key, cert: String(JSON.parse(body.toString()).certificate) }

  await (await arrive(gateway.port, old)).leave()
  assert.equal((await renew(old, (await newIdentity()).csr)).status, 200, 'its answer may have been lost')
  await assert.rejects(arrive(gateway.port, renewed), /401 revoked/, 'a newer one took its place')

  const last = await newIdentity()
  const answer = await renew(old, last.csr)
  const newest = { ...old, key: last.key, cert: String(JSON.parse(answer.body.toString()).certificate) }
  await (await arrive(gateway.port, newest)).leave()
  await assert.rejects(connect(gateway.port, old), /401 revoked/)
})

test('order keys follow one another', async () => {
  const [first] = await center.keys.orderKeys()
  const rotated = await center.keys.rotateOrderKey(new Date(center.now().getTime() + 3_600_000))
  assert.ok(first !== undefined && rotated.signedBy === first.key)
  const publicKey = await webcrypto.subtle.importKey('spki', Buffer.from(first.publicKey, 'base64'), 'Ed25519', false, [
    'verify',
  ])
  const statement = Buffer.from(
    `{"key":${JSON.stringify(rotated.key)},"publicKey":${JSON.stringify(rotated.publicKey)}}`,
  )
  assert.ok(
    await webcrypto.subtle.verify('Ed25519', publicKey, Buffer.from(rotated.signature ?? '', 'base64'), statement),
  )
  assert.equal((await center.keys.signOrder(Buffer.from('x'))).key, first.key)
  center.pass(3_700)
  assert.equal((await center.keys.signOrder(Buffer.from('x'))).key, rotated.key)
})
