import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { httpReceiver, json, type Responder, text } from '../testing/http-receiver.ts'
import { around, sampleNotice } from '../testing/sample.ts'
import { channelKind } from './index.ts'
import { signed } from './sms-alibaba.ts'

test('Alibaba Cloud: the example of its documentation gives its signature', () => {
  const { headers } = signed(
    { ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd', RegionId: 'cn-shanghai' },
    {
      endpoint: 'https://ecs.cn-shanghai.aliyuncs.com',
      accessKeyId: 'YourAccessKeyId',
      accessKeySecret: 'YourAccessKeySecret',
    },
    {
      action: 'RunInstances',
      version: '2014-05-26',
      date: '2023-10-26T10:22:32Z',
      nonce: '3156853299f313e23d1673dc12e1703d',
    },
  )
  assert.equal(
    headers['authorization'],
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  )
})

/** Builds the canonical request again out of what came over the wire, as the service does. */
const alibabaService: Responder = (received, answer) => {
  const [, id, names = '', signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
      received.headers.authorization ?? '',
    ) ?? []
  const canonicalHeaders = names.split(';').map(name => `${name}:${String(received.headers[name]).trim()}\n`)
  const [path = '', query = ''] = received.path.split('?')
  const parameters = query.split('&').sort().join('&')
  const bodyHash = createHash('sha256').update(received.body).digest('hex')
  const canonical = [received.method, path, parameters, canonicalHeaders.join(''), names, bodyHash].join('\n')
  const expected = createHmac('sha256', 'the-secret')
    .update(`ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`)
    .digest('hex')
  const good = id === 'LTAI5tTest' && signature === expected && received.headers['x-acs-content-sha256'] === bodyHash
  if (good) json({ Code: 'OK', Message: 'OK', BizId: '900619746936498440^0', RequestId: 'F655A8D5' })(received, answer)
  else json({ Code: 'SignatureDoesNotMatch', Message: 'Specified signature is not matched' }, 400)(received, answer)
}

const alibaba = {
  accessKeyId: 'LTAI5tTest',
  accessKeySecret: 'the-secret',
  signName: '达维灯',
  templateCode: 'SMS_153055065',
  to: ['+8613900001234', '13900005678'],
}

test('Alibaba Cloud: signature, numbers and variables are as the service wants them', async () => {
  const receiver = await httpReceiver(alibabaService)
  try {
    const delivery = await channelKind('sms-alibaba')
      .open({ ...alibaba, endpoint: receiver.url })
      .send([sampleNotice], { ...around, language: 'zh' })
    assert.deepEqual(delivery, { result: 'delivered', detail: 'Alibaba Cloud took it as 900619746936498440^0' })
    const query = new URL(receiver.received[0]?.path ?? '', 'http://x').searchParams
    assert.equal(query.get('PhoneNumbers'), '13900001234,13900005678')
    assert.equal(query.get('SignName'), '达维灯')
    assert.deepEqual(JSON.parse(query.get('TemplateParam') ?? ''), {
      level: '严重',
      host: 'web-1',
      title: 'Cryptominer running as kdevtmpfsi',
    })
    assert.equal(receiver.received[0]?.headers['x-acs-action'], 'SendSms')
  } finally {
    await receiver.close()
  }
})

test('Alibaba Cloud: a wrong secret is refused by the service and not tried again; a limit is, in an hour', async () => {
  const receiver = await httpReceiver(alibabaService)
  const limited = await httpReceiver(json({ Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发天级流控Permits:10' }))
  try {
    const open = (more: object) => channelKind('sms-alibaba').open({ ...alibaba, ...more })
    const wrong = await open({ endpoint: receiver.url, accessKeySecret: 'another' }).send([sampleNotice], around)
    assert.deepEqual(wrong, {
      result: 'refused',
      detail: 'Alibaba Cloud answered SignatureDoesNotMatch: Specified signature is not matched',
      again: false,
    })
    const later = await open({ endpoint: limited.url }).send([sampleNotice], around)
    assert.ok(later.result === 'refused' && later.again && later.afterSeconds === 3_600)
  } finally {
    await receiver.close()
    await limited.close()
  }
})

const twilio = {
  accountSid: `AC${'0'.repeat(32)}`,
  token: 'auth-token-of-the-account',
  from: '+15005550006',
  to: ['+15005550001', '+15005550002'],
}

/** Checks login, path and form as Twilio does. */
const twilioService: Responder = (received, answer) => {
  const login = Buffer.from((received.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
  if (login !== `${twilio.accountSid}:${twilio.token}`)
    return json({ code: 20_003, message: 'Authenticate', status: 401 }, 401)(received, answer)
  const form = new URLSearchParams(received.body)
  if (received.path !== `/2010-04-01/Accounts/${twilio.accountSid}/Messages.json` || form.get('From') !== twilio.from)
    return json({ code: 20_404, message: 'not found', status: 404 }, 404)(received, answer)
  if (form.get('To') === '+15005550002')
    return json({ code: 21_211, message: "Invalid 'To' Phone Number", status: 400 }, 400)(received, answer)
  return json({ sid: `SM${'1'.repeat(32)}`, status: 'queued' }, 201)(received, answer)
}

test('Twilio: one number works, one does not: delivered, and said', async () => {
  const receiver = await httpReceiver(twilioService)
  try {
    const delivery = await channelKind('sms-twilio')
      .open({ ...twilio, endpoint: receiver.url })
      .send([sampleNotice], around)
    assert.equal(delivery.result, 'delivered')
    assert.match(
      delivery.detail,
      /1 of 2; Twilio took it as SM1+; …0002: Twilio answered 21211: Invalid 'To' Phone Number/,
    )
    const form = new URLSearchParams(receiver.received[0]?.body)
    assert.equal(
      form.get('Body'),
      `[Davylamp] Critical: Cryptominer running as kdevtmpfsi – web-1 ${sampleNotice.link}`,
    )
  } finally {
    await receiver.close()
  }
})

test('Twilio: a wrong token is refused and not shown', async () => {
  const receiver = await httpReceiver(twilioService)
  try {
    const channel = channelKind('sms-twilio').open({
      ...twilio,
      token: 'wrong-token',
      to: ['+15005550001'],
      endpoint: receiver.url,
    })
    const delivery = await channel.send([sampleNotice], around)
    assert.deepEqual(delivery, {
      result: 'refused',
      detail: '…0001: Twilio answered 20003: Authenticate',
      again: false,
    })
  } finally {
    await receiver.close()
  }
})

const hostile = { ...sampleNotice, title: '"}&to=+666&text=evil\r\nX: y #<>%00', link: undefined }

for (const [format, body, readBack] of [
  ['form', 'dest={to}&message={text}', (text: string) => new URLSearchParams(text).get('message')],
  ['json', '{"to":"{to}","message":"{text}"}', (text: string) => (JSON.parse(text) as { message: string }).message],
  ['text', '{text}', (text: string) => text],
] as const)
  test(`HTTP gateway: what a host says stays within its value in ${format}`, async () => {
    const receiver = await httpReceiver(text('OK 1'))
    try {
      const channel = channelKind('sms-http').open({
        url: `${receiver.url}/send?key=abcdefghijklmnop&to={to}`,
        format,
        body,
        headers: { 'X-Key': 'k' },
        to: ['+4915112345678'],
        successContains: 'OK',
      })
      const { link: _, ...notice } = hostile
      const delivery = await channel.send([notice], around)
      assert.equal(delivery.result, 'delivered')
      const [received] = receiver.received
      assert.equal(received?.path, '/send?key=abcdefghijklmnop&to=%2B4915112345678')
      assert.equal(received?.headers['x-key'], 'k')
      assert.equal(readBack(received?.body ?? ''), '[Davylamp] Critical: "}&to=+666&text=evil X: y #<>%00 – web-1')
    } finally {
      await receiver.close()
    }
  })

test('HTTP gateway: GET with the text in the address; 200 without the expected words is a refusal', async () => {
  const receiver = await httpReceiver(text('ERR 42 no credit'))
  try {
    const channel = channelKind('sms-http').open({
      url: `${receiver.url}/?t={text}&n={to}`,
      method: 'GET',
      to: ['123'],
      successContains: 'OK',
    })
    const delivery = await channel.send([sampleNotice], around)
    assert.ok(delivery.result === 'refused' && !delivery.again)
    assert.match(delivery.detail, /without the expected words: ERR 42/)
    const query = new URL(receiver.received[0]?.path ?? '', 'http://x').searchParams
    assert.match(query.get('t') ?? '', /^\[Davylamp\] Critical/)
  } finally {
    await receiver.close()
  }
})
