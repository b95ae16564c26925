import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { SMTPServer } from 'smtp-server'
import type { LookResult } from '../agent/index.ts'
import { localTeller } from './agent-teller.ts'

const found: LookResult = {
  verdict: 'confirmed',
  incidents: [
    { id: 'one', verdict: 'confirmed', title: 'Kinsing: a miner', lines: ['/tmp/kdevtmpfsi speaks with a pool.'] },
  ],
}

async function mailbox(t: TestContext) {
  const mails: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onData: (stream, _, done) =>
      void buffer(stream).then(bytes => {
        mails.push(bytes.toString())
        done()
      }),
  })
  server.on('error', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>(resolve => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  const settings = { host: '127.0.0.1', port, security: 'none', from: 'lamp@example.com', to: ['ops@example.com'] }
  return { mails, entry: { name: 'mail', kind: 'email', ...settings } }
}

async function chat(t: TestContext) {
  const bodies: string[] = []
  const server = createServer((request, answer) => {
    void buffer(request).then(bytes => {
      bodies.push(bytes.toString())
      answer.end('ok')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise(resolve => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  return { bodies, entry: { name: 'ops', kind: 'slack', url: `http://127.0.0.1:${port}/` } }
}

test('what a scan found is told by mail and chat, once', async t => {
  const [mail, ops] = [await mailbox(t), await chat(t)]
  const log: string[] = []
  const entries = [mail.entry, ops.entry]
  const teller = localTeller(
    () => entries,
    line => log.push(line),
  )
  await teller.tell('web-1', found)
  await teller.tell('web-1', found)
  assert.equal(mail.mails.length, 1, log.join('\n'))
  assert.match(mail.mails[0] ?? '', /^Kinsing: a miner\r\n- \/tmp\/kdevtmpfsi speaks with a pool\.\r$/m)
  assert.equal(ops.bodies.length, 1)
  assert.match(ops.bodies[0] ?? '', /kdevtmpfsi speaks with a pool/)
  assert.match(log.join('\n'), /notify mail: delivered/)
})

test('channels are those of agent.yml at that moment', async t => {
  const [first, second] = [await chat(t), await chat(t)]
  let entries: Record<string, unknown>[] = []
  const teller = localTeller(
    () => entries,
    () => {},
  )
  await teller.tell('web-1', found)
  entries = [first.entry]
  await teller.tell('web-1', found)
  entries = [second.entry]
  await teller.tell('web-1', found)
  assert.deepEqual([first.bodies.length, second.bodies.length], [1, 1])
})

test('a channel that is wrong is said, and nothing breaks', async () => {
  const log: string[] = []
  const entries = [{ name: 'ops', kind: 'pigeon' }]
  await localTeller(
    () => entries,
    line => log.push(line),
  ).tell('web-1', found)
  assert.match(log.join('\n'), /nobody was told: .*pigeon/)
})
