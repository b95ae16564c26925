import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { testIdentity } from '../testing/certificate.ts'
import { around, sampleNotice } from '../testing/sample.ts'
import { channelKind } from './index.ts'

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string | undefined
  readonly secure: boolean
  readonly text: string
}

/** A real SMTP server on 127.0.0.1. */
async function smtpSink(options: SMTPServerOptions) {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'davylamp' && password === 'correct horse'
        ? done(null, { user: username })
        : done(Object.assign(new Error('Authentication credentials invalid'), { responseCode: 535 })),
    onData: (stream, session, done) => {
      void buffer(stream).then(bytes => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({
          from,
          to: rcptTo.map(one => one.address),
          user: session.user?.toString(),
          secure: session.secure,
          text: bytes.toString(),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { mails, port: address.port, close: () => new Promise<void>(resolve => server.close(() => resolve())) }
}

const identity = await testIdentity(['127.0.0.1'])
const tls = { cert: identity.certificate, key: identity.key }
const settings = { host: '127.0.0.1', from: 'davylamp@example.com', to: ['ops@example.com', 'boss@example.com'] }
const login = { user: 'davylamp', password: 'correct horse' }

for (const [security, server] of [
  ['tls', { secure: true, ...tls }],
  ['starttls', { secure: false, ...tls }],
  ['none', { secure: false, hideSTARTTLS: true, allowInsecureAuth: true }],
] as const)
  test(`mail with ${security} and a login comes whole`, async () => {
    const sink = await smtpSink(server)
    try {
      const channel = channelKind('email').open({ ...settings, ...login, security, port: sink.port, ca: identity.ca })
      assert.equal(channel.warnings.length, security === 'none' ? 1 : 0)
      const delivery = await channel.send([sampleNotice], { ...around, language: 'zh' })
      assert.match(delivery.detail, /^accepted for 2 of 2/)
      const [mail] = sink.mails
      assert.ok(mail !== undefined)
      assert.deepEqual(
        { from: mail.from, to: mail.to, user: mail.user, secure: mail.secure },
        { from: settings.from, to: settings.to, user: 'davylamp', secure: security !== 'none' },
      )
      assert.match(mail.text, /^Message-ID: <0193f4a0-0000-7000-8000-000000000001@davylamp>\r$/m)
      assert.match(mail.text, /^Auto-Submitted: auto-generated\r$/m)
      assert.match(mail.text, /multipart\/alternative/)
    } finally {
      await sink.close()
    }
  })

test('starttls never falls back to plain text', async () => {
  const sink = await smtpSink({ hideSTARTTLS: true, allowInsecureAuth: true })
  try {
    const delivery = await channelKind('email')
      .open({ ...settings, ...login, port: sink.port })
      .send([sampleNotice], around)
    assert.equal(delivery.result, 'refused')
    assert.deepEqual(sink.mails, [])
  } finally {
    await sink.close()
  }
})

test('a certificate of somebody else is refused', async () => {
  const sink = await smtpSink({ secure: true, ...tls })
  try {
    const delivery = await channelKind('email')
      .open({ ...settings, security: 'tls', port: sink.port })
      .send([sampleNotice], around)
    assert.equal(delivery.result, 'refused')
    assert.match(delivery.detail, /authority that is not known|self-signed/)
    assert.deepEqual(sink.mails, [])
  } finally {
    await sink.close()
  }
})

test('a wrong password is for a person; its words are not in the log', async () => {
  const sink = await smtpSink({ secure: true, ...tls })
  try {
    const channel = channelKind('email').open({
      ...settings,
      user: 'davylamp',
      password: 'wrong battery',
      security: 'tls',
      port: sink.port,
      ca: identity.ca,
    })
    const delivery = await channel.send([sampleNotice], around)
    assert.ok(delivery.result === 'refused' && !delivery.again)
    assert.match(delivery.detail, /535 Authentication credentials invalid/)
    assert.doesNotMatch(delivery.detail, /wrong battery/)
  } finally {
    await sink.close()
  }
})

for (const [code, again] of [
  [451, true],
  [550, false],
] as const)
  test(`recipients refused with ${code}: ${again ? 'tried again' : 'final'}`, async () => {
    const onRcptTo: NonNullable<SMTPServerOptions['onRcptTo']> = (_, __, done) =>
      done(Object.assign(new Error('not here'), { responseCode: code }))
    const sink = await smtpSink({ secure: true, ...tls, onRcptTo })
    try {
      const delivery = await channelKind('email')
        .open({ ...settings, security: 'tls', port: sink.port, ca: identity.ca })
        .send([sampleNotice], around)
      assert.ok(delivery.result === 'refused')
      assert.equal(delivery.again, again)
    } finally {
      await sink.close()
    }
  })

test('what a host says adds no header, no recipient and no part', async () => {
  const sink = await smtpSink({ secure: true, ...tls })
  try {
    const evil = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>\r\n.\r\nMAIL FROM:<a@b>'
    const notice = { ...sampleNotice, title: evil, lines: [evil], host: { id: 'h', name: evil }, id: evil }
    const channel = channelKind('email').open({ ...settings, security: 'tls', port: sink.port, ca: identity.ca })
    assert.equal((await channel.send([notice], around)).result, 'delivered')
    assert.equal(sink.mails.length, 1)
    const [mail] = sink.mails
    assert.deepEqual(mail?.to, settings.to)
    assert.doesNotMatch(mail?.text ?? '', /^Bcc:/im)
    const [plain = '', html] = (mail?.text ?? '').split('Content-Type: text/html')
    assert.match(plain, /^Content-Type: text\/plain/m)
    assert.ok(html !== undefined)
    assert.doesNotMatch(html, /<script/)
  } finally {
    await sink.close()
  }
})

for (const bad of ['Ops <ops@example.com>', 'a@b, c@d', 'a@b\r\nBcc: x@y', 'nobody', '"a b"@example.com'])
  test(`a recipient such as ${JSON.stringify(bad)} is refused`, () =>
    assert.throws(() => channelKind('email').open({ ...settings, to: [bad] }), /one mail address/))
