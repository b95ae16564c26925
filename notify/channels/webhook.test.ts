import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { httpReceiver, json, text } from '../testing/http-receiver.ts'
import { around, now, sampleNotice } from '../testing/sample.ts'
import { channelKind } from './index.ts'
import { signatureHeaders } from './webhook.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('the example of the Standard Webhooks specification gives its signature', () => {
  const headers = signatureHeaders(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    new Date(1_614_265_330_000),
    '{"test": 2432232314}',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  )
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

for (const format of ['davylamp', 'ocsf', 'cef'] as const)
  for (const batch of [false, true])
    test(`webhook: ${format}${batch ? ', several at once' : ''}: the signature holds for the bytes that came`, async () => {
      const receiver = await httpReceiver(json({}))
      try {
        const channel = channelKind('webhook').open({ url: receiver.url, secret, format, batch })
        assert.equal(channel.mostAtOnce, batch ? 100 : 1)
        const notices = batch ? [sampleNotice, { ...sampleNotice, id: 'second' }] : [sampleNotice]
        const delivery = await channel.send(notices, around)
        assert.equal(delivery.result, 'delivered')
        const [received] = receiver.received
        assert.ok(received !== undefined)
        const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = received.headers
        const expected = createHmac('sha256', Buffer.alloc(32, 7))
          .update(`${id}.${timestamp}.${received.body}`)
          .digest('base64')
        assert.equal(signature, `v1,${expected}`)
        assert.equal(timestamp, String(Math.floor(now.getTime() / 1_000)))
        if (!batch) assert.equal(id, sampleNotice.id)
        if (format === 'cef') assert.equal(received.body.split('\n').length, notices.length)
        else assert.equal(Array.isArray(JSON.parse(received.body)), batch)
      } finally {
        await receiver.close()
      }
    })

test('doubles of one batch have one id', async () => {
  const receiver = await httpReceiver(text('busy', 503, { 'retry-after': 'Sat, 21 Nov 2026 23:18:05 GMT' }))
  try {
    const channel = channelKind('webhook').open({ url: receiver.url, secret, batch: true })
    const notices = [sampleNotice, { ...sampleNotice, id: 'second' }]
    const first = await channel.send(notices, around)
    await channel.send(notices, around)
    assert.deepEqual(first, { result: 'refused', detail: 'it answered 503: busy', again: true, afterSeconds: 60 })
    assert.equal(receiver.received[0]?.headers['webhook-id'], receiver.received[1]?.headers['webhook-id'])
  } finally {
    await receiver.close()
  }
})

for (const bad of ['short', 'whsec_!!!!', `whsec_${Buffer.alloc(8).toString('base64')}`])
  test(`a weak secret is refused: ${bad}`, () =>
    assert.throws(() => channelKind('webhook').open({ url: 'https://example.com/', secret: bad }), /24 to 64/))
