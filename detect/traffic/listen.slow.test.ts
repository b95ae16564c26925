import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

// Talks on the loopback interface of a network namespace of its own, in a process of its own: nothing leaves it.
const talks = `
import { createServer as plainServer, connect as plainConnect } from 'node:net'
import { createServer as tlsServer, connect as tlsConnect } from 'node:tls'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenToTraffic } from '${join(import.meta.dirname, 'listen.ts')}'
import { segmentIn } from '${join(import.meta.dirname, 'segment.ts')}'
import { narrowFilter } from '${join(import.meta.dirname, 'filter.ts')}'
import { openPacketSocket } from '${join(import.meta.dirname, '../../native/read/packet-socket.ts')}'
import { liveTarget } from '${join(import.meta.dirname, '../../target/index.ts')}'

const [keyFile, certificateFile] = process.argv.slice(-2)
const target = liveTarget()
const ear = listenToTraffic(target)
if (!ear) { console.log(JSON.stringify({ gaps: target.gaps })); process.exit(0) }
const facts = []
const fact = socket => {
  const made = { kind: 'socket', protocol: 'tcp', state: 'ESTABLISHED', localAddress: socket.localAddress, localPort: socket.localPort,
    address: socket.remoteAddress, port: socket.remotePort, inode: 1, scope: 'loopback' }
  facts.push(made)
  return made
}
const talk = async (host, server, connect, said, answered) => {
  server.listen(0, host)
  await once(server, 'listening')
  const socket = connect(server.address().port, host)
  await once(socket, 'secureConnect' in socket || socket.encrypted ? 'secureConnect' : 'connect')
  const made = fact(socket)
  for (const one of [].concat(said)) { socket.write(one); await sleep(30) }
  if (answered) await once(socket, 'data')
  return { made, socket, server }
}
const login = JSON.stringify({ id: 1, method: 'login', params: { login: 'w', pass: 'x', agent: 'a/1' } }) + '\\n'
const job = JSON.stringify({ method: 'job', params: { blob: '0e'.repeat(76), job_id: 'j', target: 'b88d0600' } }) + '\\n'
const answering = bytes => plainServer(socket => socket.once('data', () => socket.write(bytes)))
const opened = []
opened.push(await talk('127.0.0.1', answering(job), plainConnect, [login.slice(0, 40), login.slice(40)], true))
opened.push(await talk('::1', answering(job), plainConnect, login, true))
opened.push(await talk('127.0.0.1', answering(randomBytes(234)), plainConnect, randomBytes(64), true))
opened.push(await talk('127.0.0.1', answering('hello\\n'), plainConnect, 'GET / HTTP/1.1\\r\\n\\r\\n', true))
const secrets = { key: readFileSync(keyFile), cert: readFileSync(certificateFile), maxVersion: 'TLSv1.2' }
opened.push(await talk('127.0.0.1', tlsServer(secrets, socket => socket.once('data', () => socket.write(job))),
  (port, host) => tlsConnect({ port, host, servername: 'pool.example', rejectUnauthorized: false }), login, true))
await sleep(200)
const narrow = openPacketSocket(narrowFilter, 1 << 20)
const bulk = await talk('127.0.0.1', answering('bulk'), plainConnect, ['{"a"', 'bulk', Buffer.alloc(64, 1)], true)
opened.push(bulk)
const kept = new Set()
const packet = Buffer.alloc(9000)
for (let found = narrow.next(packet); found; found = narrow.next(packet)) {
  const segment = segmentIn(packet.subarray(0, found.length))
  if (segment.to.port === bulk.made.port || segment.from.port === bulk.made.port) kept.add(segment.bytes.toString('latin1').slice(0, 4))
}
narrow.close()
facts.pop()
ear.finish(facts)
for (const { socket, server } of opened) { socket.destroy(); server.close() }
console.log(JSON.stringify({ gaps: target.gaps, kept: [...kept], heard: facts.map(({ stratum, handshake, serverName, certificateNames, selfSigned }) => ({ stratum, handshake, serverName, certificateNames, selfSigned })) }))
`

test('talks on an interface of its own are heard', t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-traffic-'))
  try {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    try {
      execFileSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'pipe' })
      const subject = ['-subj', '/CN=proxy.example', '-addext', 'subjectAltName=DNS:one.example,DNS:two.example']
      const options = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        certificate,
      ]
      execFileSync('openssl', [...options, ...subject], { stdio: 'pipe' })
    } catch {
      return t.skip('needs root, ip and openssl')
    }
    const node = [
      process.execPath,
      ...process.execArgv.filter(word => !word.startsWith('--test')),
      '--input-type=module',
      '-e',
      talks,
    ]
    const inside = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...node, '--', key, certificate]
    const { stdout, stderr } = spawnSync('unshare', inside, { encoding: 'utf8', timeout: 120_000 })
    const none = { stratum: undefined }
    const stratum = 'login; answered by job'
    assert.ok(stdout !== '', stderr)
    assert.deepEqual(
      JSON.parse(stdout),
      JSON.parse(
        JSON.stringify({
          gaps: [],
          // Packets that open a connection are kept too, and carry nothing.
          kept: ['', '{"a"', '\u0001\u0001\u0001\u0001'],
          heard: [
            { stratum },
            { stratum },
            { handshake: 'stratum-v2' },
            none,
            {
              serverName: 'pool.example',
              certificateNames: ['proxy.example', 'one.example', 'two.example'],
              selfSigned: true,
            },
          ],
        }),
      ),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
