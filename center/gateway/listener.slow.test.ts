import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { join as joinPath } from 'node:path'
import { after, before, test } from 'node:test'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { makeAuthority, openAuthority } from '../keys/index.ts'
import type { Gateway } from './gateway.ts'
import { cipherSuites } from './listener.ts'
import { arrive, ask, type Certified, connect, helloFrame, join, newIdentity } from './testing/test-agent.ts'
import { openTestCenter, type TestCenter } from './testing/test-gateway.ts'

let center: TestCenter
let gateway: Gateway
let ca: string
before(async () => {
  center = await openTestCenter()
  gateway = await center.start({ mostStrangers: 8 })
  ca = center.keys.authority.certificate
})
after(() => center.close())

async function secure(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: gateway.port, ca, ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function joined(): Promise<Certified> {
  return join(gateway.port, ca, await center.token())
}

test('TLS 1.3 only, with good suites only', async () => {
  await assert.rejects(secure({ maxVersion: 'TLSv1.2' }))
  for (const suite of ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'])
    await assert.rejects(secure({ ciphers: suite }))
  for (const suite of cipherSuites) {
    const socket = await secure({ ciphers: suite })
    assert.deepEqual([socket.getProtocol(), socket.getCipher().name], ['TLSv1.3', suite])
    socket.destroy()
  }
})

test('without a good certificate there is enrolment and nothing else', async () => {
  for (const path of [
    '/',
    '/agent/v1/exchange',
    '/agent/v1/renew',
    '/agent/v1/connect',
    `/agent/v1/packs/${'0'.repeat(64)}`,
  ]) {
    const { status, body } = await ask(gateway.port, ca, { path })
    assert.equal(status, 401, path)
    assert.match(body.toString(), /no-certificate/)
  }
  await assert.rejects(connect(gateway.port, { ca }), /401 no-certificate/)
})

test('certificates that are not good', async () => {
  const { pair, key } = await newIdentity()
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  const real = await joined()
  const { tenant } = center.database
  const other = await makeAuthority(center.now())
  const foreign = await openAuthority(other.certificate, other.privateKey)
  const issue = (authority: typeof foreign, agent: string, at: Date) =>
    authority.issueAgent({ tenant, agent, publicKey }, at, 90)
  const long = new Date(center.now().getTime() - 100 * 86_400_000)
  const server = await center.keys.authority.issueServer([real.agent], center.now(), 90)
  for (const [name, cert, why, itsKey] of [
    [
      'of another CA, for a real agent',
      (await issue(foreign, real.agent, center.now())).certificate,
      'wrong-certificate',
      key,
    ],
    [
      'of our CA, for an agent that has another serial',
      (await issue(center.keys.authority, real.agent, center.now())).certificate,
      'revoked',
      key,
    ],
    ['of our CA, ended', (await issue(center.keys.authority, real.agent, long)).certificate, 'certificate-ended', key],
    ['of our CA, for servers', server.certificate, 'wrong-certificate', server.key],
  ] as const) {
    await assert.rejects(connect(gateway.port, { ca, cert, key: itsKey }), new RegExp(`401 ${why}`), name)
    const { status } = await ask(gateway.port, ca, {
      method: 'POST',
      path: '/agent/v1/exchange',
      body: {},
      certified: { cert, key: itsKey },
    })
    assert.equal(status, 401, name)
  }
})

test('a revoked agent cannot come back, not even with a resumed TLS session', async () => {
  const certified = await joined()
  const options = { cert: certified.cert, key: certified.key, ALPNProtocols: ['http/1.1'] }
  const first = await secure(options)
  const session = once(first, 'session')
  const post = 'POST /agent/v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const body = JSON.stringify({ frames: [helloFrame()] })
  first.write(`${post}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  const [ticket] = (await session) as [Buffer]
  const [answer] = (await once(first, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1.1 200/)
  first.destroy()

  const again = await secure({ ...options, session: ticket })
  assert.equal(again.isSessionReused(), true)
  again.write(`${post}content-length: 13\r\n\r\n{"frames":[]}`)
  const [second] = (await once(again, 'data')) as [Buffer]
  assert.match(second.toString(), /^HTTP\/1.1 200/)

  await center.database.store.system(db =>
    db.updateTable('agent').set({ state: 'revoked' }).where('agent_id', '=', certified.agent).execute(),
  )
  again.write(`${post}content-length: 13\r\n\r\n{"frames":[]}`)
  const [third] = (await once(again, 'data')) as [Buffer]
  assert.match(third.toString(), /^HTTP\/1.1 401/, 'on the same connection')
  again.destroy()
  const last = await secure({ ...options, session: ticket })
  last.write(`${post}content-length: 13\r\n\r\n{"frames":[]}`)
  const [fourth] = (await once(last, 'data')) as [Buffer]
  assert.match(fourth.toString(), /^HTTP\/1.1 401/)
  last.destroy()
})

test('one address cannot hold all places; agents with a certificate are not counted', async () => {
  const certified = await joined()
  const agents = await Promise.all(
    Array.from({ length: 12 }, async () => secure({ cert: certified.cert, key: certified.key })),
  )
  const strangers = Array.from({ length: 8 }, () => connectTcp(gateway.port, '127.0.0.1'))
  await Promise.all(strangers.map(socket => once(socket, 'connect')))
  const ninth = connectTcp(gateway.port, '127.0.0.1')
  ninth.on('error', () => {})
  await once(ninth, 'close')
  for (const socket of strangers) socket.destroy()
  for (const socket of agents) socket.destroy()
  const agent = await retried(() => arrive(gateway.port, certified))
  await agent.leave()
})

/** The center learns of the closed ones a moment later. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

test('packages to join with and to upgrade to', async () => {
  const content = Buffer.from('a package')
  for (const [version, bytes] of [
    ['1.2.3', Buffer.from('an older one')],
    ['1.10.0-rc.1', Buffer.from('a candidate')],
    ['1.10.0', content],
  ] as const)
    await writeFile(joinPath(center.packages, `davylamp-${version}-linux-x64.tar.gz`), bytes)
  await writeFile(joinPath(center.packages, 'davylamp-1.2.3-linux-x64.release.json'), '{"signed":true}')
  const path = '/join/davylamp-linux-x64.tar.gz'
  const got = await ask(gateway.port, ca, { path })
  assert.deepEqual([got.status, got.body], [200, content])
  const known = await gateway.downloads.joinPackage('x64')
  assert.deepEqual([got.headers['etag'], known?.folder], [`"${known?.sha256}"`, 'davylamp-1.10.0-linux-x64'])
  for (const bad of [
    '/join/davylamp-linux-arm64.tar.gz',
    '/join/../center/master.key',
    '/join/%2e%2e/center/master.key',
    '/join/center',
  ])
    assert.equal((await ask(gateway.port, ca, { path: bad })).status, 404, bad)
  const certified = await joined()
  const upgrade = '/agent/v1/package/1.2.3'
  assert.equal((await ask(gateway.port, ca, { path: upgrade })).status, 401)
  assert.equal((await ask(gateway.port, ca, { path: upgrade, certified })).body.toString(), 'an older one')
  const document = await ask(gateway.port, ca, { path: `${upgrade}.release.json`, certified })
  assert.equal(document.body.toString(), '{"signed":true}')
  assert.equal((await ask(gateway.port, ca, { path: '/agent/v1/package/..%2f1.2.3', certified })).status, 404)
})

test('each host gets the package for its processor, to join and to upgrade', async () => {
  for (const architecture of ['x64', 'arm64'])
    await writeFile(joinPath(center.packages, `davylamp-2.0.0-linux-${architecture}.tar.gz`), `for ${architecture}`)
  for (const [architecture, told] of [
    ['x64', 'x86_64'],
    ['arm64', 'arm64'],
    ['arm64', 'aarch64'],
  ] as const) {
    const path = `/join/davylamp-linux-${architecture}.tar.gz`
    assert.equal((await ask(gateway.port, ca, { path })).body.toString(), `for ${architecture}`)
    const certified = await joined()
    const agent = await connect(gateway.port, certified)
    agent.send(helloFrame({ architecture: told, machine: `machine-${told}` }))
    await agent.next('welcome')
    const got = await ask(gateway.port, ca, { path: '/agent/v1/package/2.0.0', certified })
    assert.equal(got.body.toString(), `for ${architecture}`, told)
    await agent.leave()
  }
})

test('rule packs go to the agents that are to have them', async () => {
  const certified = await joined()
  const insert = (sha256: string, stage: string) =>
    center.database.store.tenant(center.database.tenant, db =>
      db
        .insertInto('rule_pack')
        .values({
          tenant_id: center.database.tenant,
          pack_id: crypto.randomUUID(),
          name: stage,
          version: 1,
          sha256,
          content: Buffer.from(`of ${stage}`),
          rules: 1,
          stage,
          created_by: 'test',
        })
        .execute(),
    )
  await insert('a'.repeat(64), 'all')
  await insert('b'.repeat(64), 'draft')
  assert.equal(
    (await ask(gateway.port, ca, { path: `/agent/v1/packs/${'a'.repeat(64)}`, certified })).body.toString(),
    'of all',
  )
  assert.equal((await ask(gateway.port, ca, { path: `/agent/v1/packs/${'b'.repeat(64)}`, certified })).status, 404)
  const agent = await arrive(gateway.port, certified)
  assert.deepEqual((await agent.next('rules')).packs, [{ name: 'all', version: 1, sha256: 'a'.repeat(64) }])
  await agent.leave()
})

test('who speaks too slowly is cut off', async () => {
  const impatient = await center.start({ patienceSeconds: 0.5 })
  const silent = connectTcp(impatient.port, '127.0.0.1')
  const slow = connectTls({ host: '127.0.0.1', port: impatient.port, ca })
  const slower = connectTls({ host: '127.0.0.1', port: impatient.port, ca })
  const closed = Promise.all(
    [silent, slow, slower].map(socket => {
      socket.on('error', () => {})
      socket.resume()
      return once(socket, 'close')
    }),
  )
  slow.write('POST /agent/v1/enrol HTTP/1.1\r\nhost: x\r\nx-a: ')
  slower.write(
    'POST /agent/v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  )
  await closed
  await impatient.stop()
})
