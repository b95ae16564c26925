import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { startTestApi, type TestApi } from './testing/test-api.ts'

let api: TestApi
before(async () => {
  api = await startTestApi([], { plainHttp: false })
})
after(() => api.close())

/** What was agreed on; `refused` when nothing was. */
function handshake(options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  // An old client would offer everything; our own library would not without the security level.
  const ciphers = `${options.ciphers ?? 'DEFAULT'}@SECLEVEL=0`
  const socket = connect({
    ca: api.keys.authority.certificate,
    minVersion: 'TLSv1',
    ...options,
    ciphers,
    host: '127.0.0.1',
    port: api.server.port,
  })
  socket.once('secureConnect', () => {
    resolve(`${socket.getProtocol()} ${socket.getCipher().name}`)
    socket.destroy()
  })
  socket.once('error', () => resolve('refused'))
  return promise
}

for (const [name, options, expected] of [
  ['TLS 1.1', { maxVersion: 'TLSv1.1' }, /^refused$/],
  ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, /^refused$/],
  ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }, /^refused$/],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, /^TLSv1\.2 ECDHE-ECDSA-.*(?:GCM|POLY1305)/],
  ['TLS 1.3', {}, /^TLSv1\.3 TLS_/],
] as const)
  test(`TLS of people and programs: ${name}`, async () => assert.match(await handshake(options), expected))

test('a renewed certificate counts from the next connection on', async () => {
  const { certificate, key } = await api.keys.authority.issueServer(['127.0.0.1', 'renewed.example'], new Date(), 1)
  assert.equal(await namesShown(), false)
  api.server.renewCertificate({ cert: certificate + api.keys.authority.certificate, key })
  assert.equal(await namesShown(), true)
})

function namesShown(): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const socket = connect({ ca: api.keys.authority.certificate, host: '127.0.0.1', port: api.server.port })
  socket.once('error', reject)
  socket.once('secureConnect', () => {
    resolve(socket.getPeerCertificate().subjectaltname?.includes('renewed.example') === true)
    socket.destroy()
  })
  return promise
}
