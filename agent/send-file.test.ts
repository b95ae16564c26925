import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { Vault } from '../remedies/index.ts'
import { newKeyAndRequest } from './certificate-request.ts'
import { writeIdentity } from './identity.ts'
import { agentFolders } from './own-files.ts'
import { type FileToSend, sendQuarantinedFile } from './send-file.ts'
import { testAuthority } from './testing/authority.ts'

interface Heard {
  readonly method: string
  readonly path: string
  readonly bytes: Buffer
  readonly certified: boolean
}

/** A host with one quarantined file, joined to a center that answers as it is told and keeps what it hears. */
async function hostAndCenter(t: TestContext, content: Buffer, answer: (count: number) => number = () => 204) {
  const authority = await testAuthority()
  const heard: Heard[] = []
  const server = createServer({
    ...(await authority.server()),
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  })
  server.on('request', async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const certified = (request.socket as TLSSocket).authorized
    heard.push({ method: request.method ?? '', path: request.url ?? '', bytes: Buffer.concat(parts), certified })
    const status = answer(heard.length)
    response.writeHead(status, { 'content-type': 'application/problem+json' })
    response.end(status === 204 ? undefined : JSON.stringify({ title: 'No order of this host wants a file' }))
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const state = mkdtempSync(join(tmpdir(), 'davylamp-send-'))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise(closed => server.close(closed))
    rmSync(state, { recursive: true, force: true })
  })
  const { privateKey, request } = newKeyAndRequest('davylamp agent')
  writeIdentity(agentFolders(state, true), {
    agent: randomUUID(),
    center: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: authority.fingerprint,
    orderKeys: [{ key: 'k', publicKey: 'p' }],
    privateKey,
    certificate: await authority.client(request, 'agent'),
    authorityCertificate: authority.certificate,
  })
  const vault = new Vault(join(state, 'vault'))
  const keep = (id: string, why: 'quarantined' | 'before-change', bytes: Buffer) =>
    vault.keep({ id, why, origin: '/tmp/.x/xm', run: 'run', action: 1, content: bytes })
  await keep('one', 'quarantined', content)
  const order = randomUUID()
  const file: FileToSend = {
    state,
    order,
    entry: 'one',
    sha256: createHash('sha256').update(content).digest('hex'),
    mostBytes: 10_000_000,
    partBytes: 100_000,
    pauseFactor: 0.001,
  }
  return { heard, file, keep, order }
}

test('a file goes in parts of one size, over the certificate of the agent, and then it is said that it is whole', async t => {
  const content = randomBytes(345_678)
  const { heard, file, order } = await hostAndCenter(t, content)
  const sent: number[] = []
  await sendQuarantinedFile({ ...file, sent: bytes => sent.push(bytes) })
  assert.deepEqual(
    heard.map(one => `${one.method} ${one.path} ${one.certified}`),
    [0, 1, 2, 3]
      .map(part => `PUT /agent/v1/sent-files/${order}/${part} true`)
      .concat(`POST /agent/v1/sent-files/${order} true`),
  )
  const parts = heard.slice(0, -1).map(one => one.bytes)
  assert.deepEqual(
    parts.map(one => one.length),
    [100_000, 100_000, 100_000, 45_678],
  )
  assert.ok(Buffer.concat(parts).equals(content))
  assert.deepEqual(JSON.parse(String(heard.at(-1)?.bytes)), { parts: 4 })
  assert.deepEqual(sent, [100_000, 200_000, 300_000, 345_678])
})

test('an empty file has no parts, and one that fills its parts has no empty one', async t => {
  for (const size of [0, 200_000]) {
    const { heard, file } = await hostAndCenter(t, randomBytes(size))
    await sendQuarantinedFile(file)
    assert.deepEqual(
      heard.map(one => one.method),
      [...Array(size / 100_000).fill('PUT'), 'POST'],
    )
  }
})

test('a center that is busy is asked again; one that says no is not', async t => {
  const busy = await hostAndCenter(t, randomBytes(10), count => (count === 1 ? 503 : count === 2 ? 429 : 204))
  await sendQuarantinedFile(busy.file)
  assert.deepEqual(
    busy.heard.map(one => one.method),
    ['PUT', 'PUT', 'PUT', 'POST'],
  )
  const no = await hostAndCenter(t, randomBytes(10), () => 409)
  await assert.rejects(sendQuarantinedFile(no.file), /does not take it: No order of this host wants a file/)
  assert.equal(no.heard.length, 1)
  const never = await hostAndCenter(t, randomBytes(10), () => 503)
  await assert.rejects(sendQuarantinedFile(never.file), /does not take it/)
  assert.equal(never.heard.length, 4)
})

test('what was not ordered, is no quarantined file or is too large never leaves', async t => {
  const { heard, file, keep } = await hostAndCenter(t, randomBytes(1_000))
  const secret = Buffer.from('root:$y$…')
  await keep('shadow', 'before-change', secret)
  const shadow = { ...file, entry: 'shadow', sha256: createHash('sha256').update(secret).digest('hex') }
  await assert.rejects(sendQuarantinedFile(shadow), /no such file/)
  await assert.rejects(sendQuarantinedFile({ ...file, sha256: 'a'.repeat(64) }), /no such file/)
  await assert.rejects(sendQuarantinedFile({ ...file, entry: '../agent/identity' }), /no such file/)
  await assert.rejects(sendQuarantinedFile({ ...file, mostBytes: 999 }), /1000 bytes, and at most 999/)
  assert.equal(heard.length, 0)
})

test('a box that was tampered with is never said to be whole', async t => {
  const { heard, file } = await hostAndCenter(t, randomBytes(500_000))
  const path = join(file.state, 'vault/one.json')
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), sha256: 'b'.repeat(64) }))
  await assert.rejects(sendQuarantinedFile({ ...file, sha256: 'b'.repeat(64) }), /is not what was kept/)
  assert.ok(heard.every(one => one.method === 'PUT'))
  assert.ok(Buffer.concat(heard.map(one => one.bytes)).length < 500_000)
})

for (const [what, spoil] of [
  ['is gone', (path: string) => rmSync(path)],
  ['is cut short', (path: string) => truncateSync(path, 300_000)],
  ['has other bytes', (path: string) => writeFileSync(path, readFileSync(path).fill(7, 250_000, 250_010))],
] as const)
  test(`a file of the box that ${what} is told in words, and never said to be whole`, async t => {
    const { heard, file } = await hostAndCenter(t, randomBytes(500_000))
    spoil(join(file.state, 'vault/one.bin'))
    await assert.rejects(sendQuarantinedFile(file), { name: 'VaultError' })
    assert.ok(heard.every(one => one.method === 'PUT'))
  })

test('a host that joined no center sends nothing', async t => {
  const { heard, file } = await hostAndCenter(t, randomBytes(10))
  rmSync(join(file.state, 'agent/identity.json'))
  await assert.rejects(sendQuarantinedFile(file), /has not joined a center/)
  assert.equal(heard.length, 0)
})
