import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { MetricsDoor } from './metrics-door.ts'
import { until } from './testing/stub-center.ts'

function door(t: TestContext, metrics = () => 'up 1\nü 2\n') {
  const log: string[] = []
  const made = new MetricsDoor({
    metrics,
    contentType: 'text/plain; version=0.0.4',
    log: line => log.push(line),
    retryMs: 20,
  })
  t.after(() => made.close())
  return { door: made, log }
}

/** What is answered to some bytes, until the other end closes. */
function said(address: string | undefined, question: string): Promise<string> {
  const [host = '', port = ''] = (address ?? '').split(/:(?=\d+$)/)
  return new Promise((done, fail) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ''), port: Number(port) })
    let text = ''
    socket.setEncoding('utf8').on('data', part => {
      text += part
    })
    socket.once('error', fail)
    socket.once('close', () => done(text))
    socket.write(question)
  })
}

async function opened(t: TestContext, metrics?: () => string) {
  const made = door(t, metrics)
  made.door.settle('127.0.0.1:0')
  return { ...made, address: await until('open', () => made.door.address) }
}

test('GET /metrics is answered, with the length in bytes', async t => {
  const { address } = await opened(t)
  const expected = [
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain; version=0.0.4',
    'Content-Length: 10',
    'Cache-Control: no-store',
    'Connection: close',
    '',
    'up 1\nü 2\n',
  ].join('\r\n')
  assert.equal(await said(address, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'), expected)
  assert.equal(await (await fetch(`http://${address}/metrics?x=1`)).text(), 'up 1\nü 2\n')
})

for (const [question, answer] of [
  ['HEAD /metrics HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/],
  ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 404 /],
  ['POST /metrics HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 405 /],
  ['\u0000\u0001 nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
  [`GET /metrics HTTP/1.1\r\nX: ${'x'.repeat(9_000)}`, /^$/],
] as const)
  test(JSON.stringify(question.slice(0, 30)), async t => {
    const { address } = await opened(t)
    assert.match(await said(address, question), answer)
  })

test('numbers that cannot be made are a fault of ours, and the door stays open', async t => {
  const { address, log } = await opened(t, () => {
    throw new Error('no disk')
  })
  assert.match(await said(address, 'GET /metrics HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 500 /)
  assert.equal(log.at(-1), 'metrics: no disk')
})

test('a port that is taken is said, and used when it is free', async t => {
  const other = createServer()
  await new Promise<void>(done => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as { port: number }
  const { door: made, log } = door(t)
  made.settle(`127.0.0.1:${port}`)
  await until('said', () => /no metrics at .*EADDRINUSE/.test(log.join()))
  assert.equal(made.address, undefined)
  other.close()
  await until('open', () => made.address === `127.0.0.1:${port}`)
})

test('another address takes the place of the first, and none closes it', async t => {
  const { door: made, address } = await opened(t)
  made.settle('[::1]:0')
  await until('the other one', () => made.address?.startsWith('[::1]:'))
  await assert.rejects(said(address, 'GET /metrics HTTP/1.1\r\n\r\n'), /ECONNREFUSED/)
  assert.match(await said(made.address, 'GET /metrics HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 200/)
  made.settle(undefined)
  assert.equal(made.address, undefined)
})
