import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { after, before, test } from 'node:test'
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls'
import { type Certified, helloFrame, join } from '../../center/gateway/testing/test-agent.ts'
import { type RealCenter, realCenter } from './real-center.ts'

let center: RealCenter
before(async () => {
  center = await realCenter()
})
after(() => center.close())

const ports = [
  ['people', () => center.peoplePort],
  ['agents', () => center.agentsPort],
] as const

async function secure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca: center.ca, ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  return socket
}

/** What was agreed on by a client that offers anything at all; `refused` when nothing was. */
async function agreed(port: number, { ciphers = 'ALL:eNULL', ...options }: ConnectionOptions): Promise<string> {
  try {
    const socket = await secure(port, { minVersion: 'TLSv1', ...options, ciphers: `${ciphers}:@SECLEVEL=0` })
    const { standardName } = socket.getCipher()
    const said = `${socket.getProtocol()} ${standardName}`
    socket.destroy()
    return said
  } catch {
    return 'refused'
  }
}

const good13 = /^TLSv1\.3 TLS_(?:AES_(?:128|256)_GCM|CHACHA20_POLY1305)_SHA(?:256|384)$/
const good12 = /^TLSv1\.2 TLS_ECDHE_ECDSA_WITH_(?:AES_(?:128|256)_GCM|CHACHA20_POLY1305)_SHA(?:256|384)$/
const refused = /^refused$/
for (const [name, options, people, agents] of [
  ['TLS 1.0', { maxVersion: 'TLSv1' }, refused, refused],
  ['TLS 1.1', { maxVersion: 'TLSv1.1' }, refused, refused],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, good12, refused],
  ['TLS 1.3', { minVersion: 'TLSv1.3', ciphers: 'DEFAULT' }, good13, good13],
  ['no encryption', { maxVersion: 'TLSv1.2', ciphers: 'eNULL' }, refused, refused],
  ['no authentication', { maxVersion: 'TLSv1.2', ciphers: 'aNULL' }, refused, refused],
  ['RSA key exchange', { maxVersion: 'TLSv1.2', ciphers: 'kRSA' }, refused, refused],
  ['finite fields', { maxVersion: 'TLSv1.2', ciphers: 'kDHE' }, refused, refused],
  ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA' }, refused, refused],
  ['a short tag', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_8_SHA256' }, refused, refused],
] as const satisfies readonly (readonly [string, ConnectionOptions, RegExp, RegExp])[])
  test(`both ports: ${name}`, async () => {
    assert.match(await agreed(center.peoplePort, options), people, 'people')
    assert.match(await agreed(center.agentsPort, options), agents, 'agents')
  })

test('the curves are those that everybody trusts', async () => {
  for (const [name, port] of ports) {
    for (const curve of ['secp192k1', 'secp256k1', 'sect283k1'])
      await assert.rejects(secure(port(), { ecdhCurve: curve }), `${name}: ${curve}`)
    const socket = await secure(port(), { ecdhCurve: 'X25519' })
    assert.deepEqual(socket.getEphemeralKeyInfo(), { type: 'ECDH', name: 'X25519', size: 253 }, name)
    socket.destroy()
  }
})

for (const [name, port] of ports)
  test(`the certificate of the port for ${name}: of the authority whose fingerprint the join command carries`, async () => {
    const socket = await secure(port())
    const shown = chainOf(socket.getPeerCertificate(true))
    const [leaf, root] = shown
    assert.ok(leaf !== undefined && root !== undefined && shown.length === 2)
    assert.equal(root.fingerprint256.replaceAll(':', '').toLowerCase(), center.running.fingerprint)
    assert.ok(root.ca && root.checkIssued(root) && leaf.checkIssued(root) && leaf.verify(root.publicKey))
    assert.equal(leaf.ca, false)
    assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'for servers and nothing else')
    assert.equal(leaf.publicKey.asymmetricKeyType, 'ec')
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 86_400_000
    // What browsers still accept (CA/Browser Forum, baseline requirements 6.3.2).
    assert.ok(days <= 398, `${days} days`)
    const plain = socket.getPeerCertificate()
    assert.equal(checkServerIdentity('127.0.0.1', plain), undefined)
    assert.ok(checkServerIdentity('center.example', plain) instanceof Error)
    socket.destroy()
    const somebodyElse = connect({ host: '127.0.0.1', port: port() })
    const [error] = await once(somebodyElse, 'error')
    assert.match(String(error), /self-signed certificate in certificate chain/)
  })

function chainOf(peer: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let one = peer; chain.length < 10; one = one.issuerCertificate) {
    const certificate = new X509Certificate(one.raw)
    if (chain.some(known => known.raw.equals(certificate.raw))) break
    chain.push(certificate)
  }
  return chain
}

test('a client cannot make the server negotiate again and again', async () => {
  const socket = await secure(center.peoplePort, { maxVersion: 'TLSv1.2' })
  const refused = new Promise<string>(resolve => {
    socket.on('error', error => resolve(String(Reflect.get(error, 'code'))))
    socket.renegotiate({}, error => resolve(error === null ? 'it did' : String(Reflect.get(error, 'code'))))
  })
  socket.resume()
  assert.equal(await refused, 'ERR_SSL_NO_RENEGOTIATION')
  socket.destroy()
})

test('what is no TLS gets no answer, and HTTPS is all that browsers shall use', async () => {
  for (const [name, port] of ports) {
    const plain = connectPlain(port(), '127.0.0.1')
    let said = ''
    plain.on('data', data => {
      said += data.toString('latin1')
    })
    plain.on('error', () => {})
    plain.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(plain, 'close')
    assert.doesNotMatch(said, /HTTP/, name)
    const headers = await headersOf(port())
    assert.match(headers, /^strict-transport-security: max-age=31536000/im, name)
  }
})

async function headersOf(port: number): Promise<string> {
  const socket = await secure(port, { ALPNProtocols: ['http/1.1'] })
  socket.write('GET /nothing HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n')
  let said = ''
  for await (const data of socket) said += data.toString('latin1')
  return said
}

const hello = JSON.stringify({ frames: [helloFrame()] })

/** A resumed session brings the certificate of the connection before with it; what counts is what the store says now. */
test('a resumed session of a revoked or replaced certificate is no way back', async () => {
  const certified = await join(center.agentsPort, center.ca, await center.token())
  const first = await agentSocket(certified)
  const ticket = once(first, 'session')
  assert.equal(await exchange(first), 200)
  const [session] = (await ticket) as [Buffer]
  first.destroy()
  const resumed = await agentSocket(certified, session)
  assert.equal(resumed.isSessionReused(), true)
  assert.equal(await exchange(resumed), 200)
  await setSerial(certified.agent, '00AA')
  assert.equal(await exchange(resumed), 401, 'on a connection that stood before')
  resumed.destroy()
  const later = await agentSocket(certified, session)
  assert.equal(later.isSessionReused(), true)
  assert.equal(await exchange(later), 401, 'on a resumed one')
  later.destroy()
})

function agentSocket({ cert, key }: Certified, session?: Buffer): Promise<TLSSocket> {
  return secure(center.agentsPort, { cert, key, ...(session === undefined ? {} : { session }) })
}

function setSerial(agent: string, serial: string) {
  return center.running.store.system(db =>
    db
      .updateTable('agent')
      .set({ certificate_serial: serial, previous_serial: null })
      .where('agent_id', '=', agent)
      .execute(),
  )
}

async function exchange(socket: TLSSocket): Promise<number> {
  const head = `POST /agent/v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${hello.length}\r\n\r\n`
  let said = ''
  const { promise, resolve } = Promise.withResolvers<number>()
  const hear = (data: Buffer) => {
    said += data.toString('latin1')
    const end = said.indexOf('\r\n\r\n')
    const length = /content-length: (\d+)/i.exec(said)?.[1]
    if (end < 0 || (length !== undefined && said.length < end + 4 + Number(length))) return
    resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]))
  }
  socket.on('data', hear)
  socket.write(head + hello)
  const status = await promise
  socket.off('data', hear)
  return status
}
