import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { Person } from './person.ts'

export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** A real SMTP server and a real SMS gateway (HTTP) that keep what they get. */
export interface Receivers {
  readonly mails: readonly Mail[]
  /** Texts with the number that each was for. */
  readonly messages: readonly { readonly to: string; readonly text: string }[]
  readonly smtpPort: number
  readonly smsPort: number
  close(): Promise<void>
}

export async function openReceivers(): Promise<Receivers> {
  const mails: Mail[] = []
  const messages: { to: string; text: string }[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onData: (stream, { envelope }, done) => {
      void buffer(stream).then(bytes => {
        mails.push(
          mailOf(
            bytes.toString('latin1'),
            envelope.rcptTo.map(one => one.address),
          ),
        )
        done()
      })
    },
  })
  const sms = createServer((request, answer) => {
    void text(request).then(body => {
      const form = new URLSearchParams(body)
      messages.push({ to: form.get('to') ?? '', text: form.get('text') ?? '' })
      answer.end('OK')
    })
  })
  await Promise.all([listen(smtp.server as unknown as Server), listen(sms)])
  return {
    mails,
    messages,
    smtpPort: portOf(smtp.server as unknown as Server),
    smsPort: portOf(sms),
    async close() {
      sms.closeAllConnections()
      await Promise.all([new Promise<void>(done => smtp.close(done)), new Promise(done => sms.close(done))])
    },
  }
}

/** One mail address and one telephone are told of everything. */
export async function routeToAll({ api }: Person, { smtpPort, smsPort }: Receivers): Promise<void> {
  const mail = await api.createChannel({
    body: {
      name: 'Mail to operations',
      kind: 'email',
      settings: {
        host: '127.0.0.1',
        port: smtpPort,
        security: 'none',
        from: 'lamp@example.com',
        to: ['ops@example.com'],
      },
    },
  })
  const sms = await api.createChannel({
    body: {
      name: 'Telephone of the night shift',
      kind: 'sms-http',
      settings: { url: `http://127.0.0.1:${smsPort}/send`, to: ['+491701234567'], successContains: 'OK' },
    },
  })
  await api.createNotifyRoute({ body: { name: 'Everything', channels: [mail.id, sms.id] } })
}

function listen(server: Server): Promise<void> {
  return new Promise(done => server.listen(0, '127.0.0.1', done))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Subject and plain text of a mail (RFC 2045 quoted-printable, RFC 2047 words). */
function mailOf(raw: string, to: readonly string[]): Mail {
  const [head = ''] = raw.split('\r\n\r\n')
  const subject = /^Subject: ((?:.|\r\n[ \t])*)/m.exec(head)?.[1]?.replaceAll(/\r\n[ \t]/g, ' ') ?? ''
  const plain = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(raw)
  const body = plain?.[1] ?? ''
  const encoded = /Content-Transfer-Encoding: (\S+)/.exec(plain?.[0] ?? '')?.[1]
  const bytes = encoded === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(unquoted(body), 'latin1')
  return {
    to,
    subject: subject.replaceAll(/=\?utf-8\?Q\?(.*?)\?=/gi, (_, word: string) => unquoted(word)),
    text: bytes.toString(),
  }
}

function unquoted(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
