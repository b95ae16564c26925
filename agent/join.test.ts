import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type EnrolRequest, enrolRequest } from '../model/wire/index.ts'
import { identityPath, readIdentity } from './identity.ts'
import { type JoinOptions, joinCenter } from './join.ts'
import { parseFingerprint } from './join-authority.ts'
import { agentFolders } from './own-files.ts'
import { type TestAuthority, testAuthority, testOrderKey } from './testing/authority.ts'
import { stubCenter, type StubOptions } from './testing/stub-center.ts'

interface Scene {
  readonly requests: EnrolRequest[]
  readonly options: JoinOptions
  readonly authority: TestAuthority
  readonly url: string
  answer: (request: EnrolRequest) => Promise<{ status: number; body: unknown }>
  certificateOf(request: EnrolRequest, from?: Date, to?: Date): Promise<unknown>
}

const agent = '0193f2a0-0000-7000-8000-000000000001'
const key = await testOrderKey()

async function scene(test: TestContext, stub: StubOptions = {}): Promise<Scene> {
  const state = mkdtempSync(join(tmpdir(), 'agent-join-'))
  const requests: EnrolRequest[] = []
  const authority = stub.authority ?? (await testAuthority())
  const center = await stubCenter({
    ...stub,
    authority,
    http(request, body, response) {
      if (request.url !== '/agent/v1/enrol') return false
      const read = enrolRequest.parse(JSON.parse(body))
      requests.push(read)
      void made.answer(read).then(({ status, body }) => response.writeHead(status).end(JSON.stringify(body)))
      return true
    },
  })
  const certificateOf: Scene['certificateOf'] = async (request, from, to) => ({
    state: 'enrolled',
    agent,
    certificate: await authority.client(request.csr, agent, from, to),
    authority: authority.certificate,
    orderKeys: [{ key: key.key, publicKey: key.publicKey }],
  })
  const made: Scene = {
    requests,
    authority,
    url: center.url,
    certificateOf,
    answer: async request => ({ status: 200, body: await certificateOf(request) }),
    options: {
      state,
      center: center.url,
      token: 'dl-test-token-1',
      fingerprint: authority.fingerprint,
      program: 'davylamp 0.1.0',
      wait: async () => {},
    },
  }
  test.after(async () => {
    await center.close()
    rmSync(state, { recursive: true })
  })
  return made
}

test('a host that joins has a key of its own that nobody else may read, and a certificate for it', async t => {
  const s = await scene(t)
  const identity = await joinCenter({ ...s.options, name: 'web-1' })
  const folders = agentFolders(s.options.state)
  assert.deepEqual(readIdentity(folders), identity)
  assert.equal(statSync(identityPath(folders)).mode & 0o777, 0o600)
  assert.equal(new X509Certificate(identity.certificate).subject, `CN=${agent}`)
  assert.equal(identity.center, s.url)
  assert.equal(s.requests[0]?.hostname, 'web-1')
  assert.equal(JSON.stringify(s.requests).includes('PRIVATE'), false)
  assert.equal(existsSync(join(folders.own, 'joining.json')), false)
})

test('another authority than that of the fingerprint: nothing is said to it, not even the token', async t => {
  const s = await scene(t)
  const other = await testAuthority()
  await assert.rejects(joinCenter({ ...s.options, fingerprint: other.fingerprint }), {
    name: 'JoinError',
    message: /Nothing was sent.*somebody stands in between/s,
  })
  assert.deepEqual(s.requests, [])
})

test('an impostor that shows the right authority certificate without its key hears nothing', async t => {
  const real = await testAuthority()
  const impostor = await testAuthority()
  const s = await scene(t, { authority: impostor })
  // Its own leaf, and behind it the certificate of the real authority, which anybody can copy.
  const leaf = await impostor.server()
  const forged = {
    ...impostor,
    server: async () => ({ cert: leaf.cert.replace(impostor.certificate, real.certificate), key: leaf.key }),
  }
  const s2 = await scene(t, { authority: forged })
  await assert.rejects(joinCenter({ ...s2.options, fingerprint: real.fingerprint }), { name: 'JoinError' })
  assert.deepEqual([...s.requests, ...s2.requests], [])
})

test('a server whose certificate bears another name', async t => {
  const s = await scene(t, { names: ['center.example'] })
  await assert.rejects(joinCenter(s.options), { name: 'JoinError', message: /does not bear this name/ })
  assert.deepEqual(s.requests, [])
})

for (const [status, detail, message] of [
  [401, 'The token was used', /did not accept the token: The token was used\. .*make a new one/s],
  [403, 'expired \u001b[31m\n', /did not accept the token: expired {2}?\[31m ?\. /],
  [429, 'slowly', /too many requests.*Try again/],
  [404, 'no such page', /not the port for agents/],
] as const)
  test(`the center says ${status}`, async t => {
    const s = await scene(t)
    s.answer = async () => ({ status, body: { detail } })
    await assert.rejects(joinCenter(s.options), { name: 'JoinError', message })
    assert.equal(readIdentity(agentFolders(s.options.state)), undefined)
  })

test('waiting for approval asks with the same request, also after the command was cut off', async t => {
  const s = await scene(t)
  const said: string[] = []
  const cut = new Error('cut off')
  s.answer = async () => ({ status: 202, body: { state: 'pending', retrySeconds: 5 } })
  let waits = 0
  const wait = async (seconds: number) => {
    assert.equal(seconds, 5)
    if (++waits === 3) throw cut
  }
  await assert.rejects(joinCenter({ ...s.options, wait, onPending: key => void said.push(key) }), cut)
  s.answer = async request => ({ status: 200, body: await s.certificateOf(request) })
  const { certificate } = await joinCenter(s.options)
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  assert.deepEqual(said, [createHash('sha256').update(spki).digest('hex')])
  assert.equal(s.requests.length, 4)
  assert.equal(new Set(s.requests.map(one => one.csr)).size, 1)
})

test('joining again proves who this host was, by its old key over the new request', async t => {
  const s = await scene(t)
  const first = await joinCenter(s.options)
  await joinCenter(s.options)
  const again = s.requests[1]
  assert.equal(again?.previous, first.agent)
  const der = Buffer.from((again?.csr ?? '').replace(/-----[^-]+-----/g, ''), 'base64')
  const oldKey = createPublicKey(first.privateKey)
  assert.equal(verify('sha256', der, oldKey, Buffer.from(again?.previousProof ?? '', 'base64')), true)
  assert.notEqual(
    readFileSync(identityPath(agentFolders(s.options.state)), 'utf8').includes(first.privateKey.slice(40, 80)),
    true,
  )
})

test('a certificate for another key, of another authority, or of another time is not kept', async t => {
  const s = await scene(t)
  const other = await testAuthority()
  const csr = (await import('./certificate-request.ts')).newKeyAndRequest('x').request
  for (const [answer, message] of [
    [(request: EnrolRequest) => s.certificateOf({ ...request, csr }), /another key/],
    [
      async (request: EnrolRequest) => ({
        ...((await s.certificateOf(request)) as object),
        certificate: await other.client(request.csr, agent),
      }),
      /not signed by the center/,
    ],
    [
      async (request: EnrolRequest) => ({
        ...((await s.certificateOf(request)) as object),
        authority: other.certificate,
      }),
      /another authority/,
    ],
    [
      (request: EnrolRequest) => s.certificateOf(request, new Date('2001-01-01'), new Date('2002-01-01')),
      /clock of this host/,
    ],
    [
      async (request: EnrolRequest) => ({ ...((await s.certificateOf(request)) as object), orderKeys: [] }),
      /no key for its orders/,
    ],
    [async () => ({ state: 'enrolled' }), /does not understand/],
  ] as const) {
    s.answer = async request => ({ status: 200, body: await answer(request) })
    await assert.rejects(joinCenter(s.options), { name: 'JoinError', message })
  }
  assert.equal(readIdentity(agentFolders(s.options.state)), undefined)
})

test('nobody listens there', async t => {
  const s = await scene(t)
  await assert.rejects(joinCenter({ ...s.options, center: 'https://127.0.0.1:1' }), {
    name: 'JoinError',
    message: /nothing listens on port 1 there/,
  })
  for (const center of ['http://c', 'ftp://c', 'https://u:p@c', ':::'])
    await assert.rejects(joinCenter({ ...s.options, center }), {
      name: 'JoinError',
      message: /not the address of a center/,
    })
})

for (const [text, expected] of [
  ['A'.repeat(64), 'a'.repeat(64)],
  [`sha256:${'0'.repeat(64)}`, '0'.repeat(64)],
  [Array(32).fill('AB').join(':'), 'ab'.repeat(32)],
  ['abc', undefined],
  [`${'a'.repeat(63)}g`, undefined],
] as const)
  test(`a fingerprint: ${text.slice(0, 12)}`, () => assert.equal(parseFingerprint(text), expected))
