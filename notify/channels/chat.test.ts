import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { testIdentity } from '../testing/certificate.ts'
import { httpReceiver, json, type Responder, text } from '../testing/http-receiver.ts'
import { around, now, sampleNotice } from '../testing/sample.ts'
import { channelKind } from './index.ts'

const secret = 'SECtopsecret0123456789'

/** As https://open.dingtalk.com/document/robots/customize-robot-security-settings has it, out of the query. */
const dingtalkService: Responder = (received, answer) => {
  const query = new URL(received.path, 'http://x').searchParams
  const timestamp = query.get('timestamp') ?? ''
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
  const fresh = Math.abs(Number(timestamp) - now.getTime()) < 3_600_000
  const good = query.get('sign') === sign && fresh && query.get('access_token') === 'token0123456789'
  json(good ? { errcode: 0, errmsg: 'ok' } : { errcode: 310_000, errmsg: 'sign not match' })(received, answer)
}

/** Feishu: the string `timestamp\nsecret` is the key, nothing is hashed; seconds. */
const feishuService: Responder = (received, answer) => {
  const { timestamp, sign } = JSON.parse(received.body) as { timestamp: string; sign: string }
  const expected = createHmac('sha256', `${timestamp}\n${secret}`).update(Buffer.alloc(0)).digest('base64')
  const good = sign === expected && Number(timestamp) === Math.floor(now.getTime() / 1_000)
  json(good ? { code: 0, msg: 'success', data: {} } : { code: 19_021, msg: 'sign match fail' })(received, answer)
}

for (const [kind, path, more, service] of [
  ['dingtalk', '/robot/send?access_token=token0123456789', { secret }, dingtalkService],
  ['feishu', '/open-apis/bot/v2/hook/aaaa-bbbb-cccc', { secret }, feishuService],
  ['wecom', '/cgi-bin/webhook/send?key=aaaa-bbbb-cccc', {}, json({ errcode: 0, errmsg: 'ok' })],
  ['slack', '/services/T0/B0/abcdefghijklmnop', {}, text('ok')],
  ['teams', '/workflows/abcdefghijklmnop/triggers/manual', {}, text('', 202)],
] as const)
  test(`${kind}: the service takes the message`, async () => {
    const receiver = await httpReceiver(service)
    try {
      const channel = channelKind(kind).open({ url: receiver.url + path, ...more })
      const delivery = await channel.send([sampleNotice], around)
      assert.equal(delivery.result, 'delivered', delivery.detail)
      const [received] = receiver.received
      assert.ok(received !== undefined)
      assert.equal(received.method, 'POST')
      const said = JSON.stringify(JSON.parse(received.body))
      assert.match(said, /Cryptominer running as kdevtmpfsi/)
      assert.match(said, /web-1/)
      assert.match(said, /center\.example:8443/)
      assert.doesNotMatch(said, /http:\/\/pool/, 'what a host said is no link')
    } finally {
      await receiver.close()
    }
  })

for (const [kind, wrong, answer, again, says] of [
  ['dingtalk', 'a wrong sign', json({ errcode: 310_000, errmsg: 'sign not match' }), false, /310000: sign not match/],
  ['dingtalk', 'too fast', json({ errcode: 130_101, errmsg: 'send too fast' }), true, /130101/],
  ['feishu', 'a wrong sign', json({ code: 19_021, msg: 'sign match fail' }), false, /19021: sign match fail/],
  ['feishu', 'too fast', json({ code: 11_232, msg: 'frequency limited' }), true, /11232/],
  ['wecom', 'too fast', json({ errcode: 45_009, errmsg: 'api freq out of limit' }), true, /45009/],
  ['wecom', 'a wrong key', json({ errcode: 93_000, errmsg: 'invalid webhook url' }), false, /93000/],
  ['slack', 'a hook that was removed', text('no_service', 404), false, /404: no_service/],
  ['slack', 'a page of somebody else', text('<html>hello'), true, /not Slack/],
  ['teams', 'a workflow that was switched off', text('{"error":{}}', 400), false, /400/],
  ['dingtalk', 'garbage', text('\x00\x01\x02{'), true, /not DingTalk/],
  ['feishu', 'garbage', text('[[[['), true, /not Feishu/],
  ['wecom', 'garbage', text('"ok"'), true, /not WeCom/],
] as const)
  test(`${kind}: ${wrong}`, async () => {
    const receiver = await httpReceiver(answer)
    try {
      const delivery = await channelKind(kind)
        .open({ url: `${receiver.url}/x` })
        .send([sampleNotice], around)
      assert.ok(delivery.result === 'refused')
      assert.equal(delivery.again, again)
      assert.match(delivery.detail, says)
    } finally {
      await receiver.close()
    }
  })

test('Slack says how long to wait', async () => {
  const receiver = await httpReceiver(text('rate_limited', 429, { 'retry-after': '30' }))
  try {
    const delivery = await channelKind('slack')
      .open({ url: `${receiver.url}/x` })
      .send([sampleNotice], around)
    assert.deepEqual(delivery, {
      result: 'refused',
      detail: 'it answered 429: rate_limited',
      again: true,
      afterSeconds: 30,
    })
  } finally {
    await receiver.close()
  }
})

test('https: only with a certificate that is known, for the name', async () => {
  const identity = await testIdentity(['127.0.0.1'])
  const other = await testIdentity(['other.example'])
  const receiver = await httpReceiver(text('ok'), identity)
  const wrongName = await httpReceiver(text('ok'), other)
  try {
    const send = (url: string, more: object) =>
      channelKind('slack')
        .open({ url, ...more })
        .send([sampleNotice], around)
    assert.equal((await send(receiver.url, { ca: identity.ca })).result, 'delivered')
    assert.match((await send(receiver.url, {})).detail, /not known here|self-signed/)
    assert.match((await send(wrongName.url, { ca: other.ca })).detail, /another name/)
    assert.equal(receiver.received.length, 1)
    assert.equal(wrongName.received.length, 0)
  } finally {
    await receiver.close()
    await wrongName.close()
  }
})

test('a receiver that repeats the secret does not bring it into the log', async () => {
  const receiver = await httpReceiver((received, answer) =>
    text(`no such hook: ${received.path} ${received.headers.host}`, 500)(received, answer),
  )
  try {
    const url = `${receiver.url}/services/T00000000/B00000000/verysecrettoken`
    const delivery = await channelKind('slack').open({ url }).send([sampleNotice], around)
    assert.match(delivery.detail, /500: no such hook/)
    assert.doesNotMatch(delivery.detail, /verysecrettoken/)
  } finally {
    await receiver.close()
  }
})

for (const [kind, settings, says] of [
  ['slack', { url: 'ftp://example.com/' }, /https/],
  ['slack', { url: 'https://user:pass@example.com/' }, /user or password/],
  ['slack', { url: 'https://example.com/', extra: 1 }, /extra/],
  ['slack', {}, /url/],
  ['telegram', {}, /unknown: there are email/],
] as const)
  test(`settings of ${kind} are checked: ${JSON.stringify(settings)}`, () =>
    assert.throws(() => channelKind(kind).open(settings), says))
