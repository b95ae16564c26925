import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { agentUri, makeAuthority, openAuthority } from './authority.ts'
import { namesOf, serverCertificate } from './server-certificate.ts'

const at = new Date('2026-03-01T12:00:00Z')
const days = (count: number) => new Date(at.getTime() + count * 86_400_000)

test('the authority: root, agents, servers', async () => {
  const made = await makeAuthority(at)
  const authority = await openAuthority(made.certificate, made.privateKey)
  const root = new X509Certificate(authority.certificate)
  assert.equal(root.ca, true)
  assert.equal(authority.fingerprint, createHash('sha256').update(root.raw).digest('hex'))

  for (const publicKey of [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ed25519')].map(
    pair => pair.publicKey.export({ format: 'der', type: 'spki' }),
  )) {
    const tenant = '01890000-0000-7000-8000-000000000001'
    const agent = '01890000-0000-7000-8000-000000000002'
    const issued = await authority.issueAgent({ tenant, agent, publicKey }, at, 90)
    const leaf = new X509Certificate(issued.certificate)
    assert.ok(leaf.verify(root.publicKey))
    assert.deepEqual(
      {
        subject: leaf.subject,
        names: leaf.subjectAltName,
        usage: leaf.keyUsage,
        ca: leaf.ca,
        serial: leaf.serialNumber,
        ends: leaf.validToDate,
      },
      {
        subject: `CN=${agent}`,
        names: `URI:${agentUri(tenant, agent)}`,
        usage: ['1.3.6.1.5.5.7.3.2'],
        ca: false,
        serial: issued.serial,
        ends: days(90),
      },
    )
    assert.deepEqual(leaf.publicKey.export({ format: 'der', type: 'spki' }), publicKey)
  }

  const server = new X509Certificate(
    (await authority.issueServer(['center.example', '127.0.0.1', '::1'], at, 90)).certificate,
  )
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(server.checkHost('center.example'), 'center.example')
  assert.equal(server.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(server.checkIP('::1'), '::1')
  assert.equal(server.checkHost('other.example'), undefined)
})

test('no leaf outlives its root', async () => {
  const made = await makeAuthority(at)
  const authority = await openAuthority(made.certificate, made.privateKey)
  const { endsAt } = await authority.issueServer(['a.example'], days(3_640), 90)
  assert.deepEqual(endsAt, new X509Certificate(made.certificate).validToDate)
})

test('the certificate of the center is kept, and made anew in time', async t => {
  const state = await mkdtemp(join(tmpdir(), 'davylamp-certificate-'))
  t.after(() => rm(state, { recursive: true }))
  const made = await makeAuthority(at)
  const authority = await openAuthority(made.certificate, made.privateKey)
  const options = { authority, state, purpose: 'agents', names: ['center.example', '127.0.0.1'], at } as const

  const first = await serverCertificate(options)
  assert.equal((await stat(join(state, 'center/agents.key'))).mode & 0o777, 0o600)
  assert.deepEqual(await serverCertificate({ ...options, at: days(59) }), first)
  assert.notDeepEqual((await serverCertificate({ ...options, at: days(61) })).cert, first.cert, 'after 60 of 90 days')
  const renamed = await serverCertificate({ ...options, names: ['other.example'] })
  assert.equal(new X509Certificate(renamed.cert).checkHost('other.example'), 'other.example')
  await writeFile(join(state, 'center/agents.key'), 'rubbish')
  assert.notDeepEqual(await serverCertificate({ ...options, names: ['other.example'] }), renamed)
  const again = await makeAuthority(at)
  const other = await openAuthority(again.certificate, again.privateKey)
  const issued = await serverCertificate({ ...options, authority: other })
  assert.ok(new X509Certificate(issued.cert).verify(new X509Certificate(other.certificate).publicKey))

  const own = { certificate: join(state, 'own.crt'), key: join(state, 'own.key') }
  await writeFile(own.certificate, first.cert)
  await writeFile(own.key, first.key, { mode: 0o600 })
  assert.deepEqual(await serverCertificate({ ...options, own }), first)
  await assert.rejects(serverCertificate({ ...options, at: days(91), own }), /ended on/)
  await writeFile(own.key, (await readFile(join(state, 'center/agents.key'), 'utf8')).toString())
  await assert.rejects(serverCertificate({ ...options, own }), /is not the key of/)
})

test('names come from the addresses', () =>
  assert.deepEqual(
    namesOf(['https://center.example:8443', 'https://[::1]:8444', 'https://0.0.0.0:1'], ['localhost', '::1']),
    ['center.example', '::1', 'localhost'],
  ))
