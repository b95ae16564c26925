import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, refused, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { htmlDocument } from '../formats/html.ts'
import { plainText } from '../formats/plain.ts'
import type { Notice } from '../message.ts'
import { product } from '../product.ts'
import { addressOf } from '../receiver/address.ts'
import { plainTrouble } from '../receiver/trouble.ts'
import { type Rendered, render } from '../render.ts'
import { allowLinkLocal, authority, hostname, mailbox, port } from './settings.ts'

const schema = z
  .strictObject({
    host: hostname,
    port: port.optional(),
    /** `starttls` never falls back to plain text; `none` sends readable text and, with a user, a readable password. */
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    user: z.string().min(1).max(200).optional(),
    password: z.string().max(500).optional(),
    from: mailbox,
    to: z.array(mailbox).min(1).max(50),
    ca: authority,
    allowLinkLocal,
  })
  .refine(one => one.password === undefined || one.user !== undefined, 'a password needs a user')
type Settings = z.infer<typeof schema>

const usualPorts = { tls: 465, starttls: 587, none: 25 } as const
const priorities = { informational: 'low', low: 'normal', medium: 'normal', high: 'high', critical: 'high' } as const

/** E-mail by SMTP (RFC 5321) with text and HTML. */
export const email: ChannelKind<Settings> = {
  kind: 'email',
  title: 'E-mail (SMTP)',
  limits: 'One mail to all recipients; at most 50 recipients and 30 mails a minute.',
  schema,
  secrets: ['password'],
  perMinute: 30,
  warnings: settings =>
    settings.security === 'none'
      ? [
          'Without TLS anybody on the way can read the mails' +
            (settings.password === undefined ? '.' : ' and the password.'),
        ]
      : [],
  async send(notice, settings, around) {
    try {
      return await post(notice, settings, around)
    } catch (error) {
      return refusalFor(error, settings.host)
    }
  },
}

async function post(notice: Notice, settings: Settings, around: Surroundings): Promise<Delivery> {
  // Loaded when the first mail goes out: agents that send none need no room for it.
  const { createTransport } = await import('nodemailer')
  const address = await addressOf(settings.host, settings.allowLinkLocal)
  const isName = !/^[\d.]+$|:/.test(settings.host)
  const transport = createTransport({
    host: address,
    port: settings.port ?? usualPorts[settings.security],
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      ...(isName ? { servername: settings.host } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    },
    ...(settings.user === undefined ? {} : { auth: { user: settings.user, pass: settings.password ?? '' } }),
    connectionTimeout: around.timeoutMs ?? 10_000,
    greetingTimeout: around.timeoutMs ?? 10_000,
    socketTimeout: around.timeoutMs ?? 15_000,
    dnsTimeout: 5_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const stop = () => transport.close()
  around.signal.addEventListener('abort', stop)
  try {
    const said = render(notice, around.language)
    const sent: unknown = await transport.sendMail(mailOf(said, settings, around.now()))
    return outcomeOf(sent)
  } finally {
    around.signal.removeEventListener('abort', stop)
    transport.close()
  }
}

function mailOf(said: Rendered, settings: Settings, date: Date) {
  return {
    from: { name: 'Davylamp', address: settings.from },
    to: settings.to.map(address => ({ name: '', address })),
    subject: said.subject,
    text: plainText(said),
    html: htmlDocument(said),
    date,
    // The same notice has the same id, so that a second copy after a lost answer can be seen to be one.
    messageId: `<${said.id.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 120)}@davylamp>`,
    priority: priorities[said.level],
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Davylamp-Level': said.level,
      'X-Mailer': `davylamp ${product.version}`,
    },
  }
}

const sentMail = z.object({ accepted: z.array(z.unknown()), rejected: z.array(z.unknown()), response: z.string() })

function outcomeOf(sent: unknown): Delivery {
  const { accepted, rejected, response } = sentMail.parse(sent)
  const but = rejected.length === 0 ? '' : `; the server refused: ${rejected.map(String).join(', ')}`
  return delivered(
    `accepted for ${accepted.length} of ${accepted.length + rejected.length}: ${cleanText(response, 200)}${but}`,
  )
}

/** RFC 5321 §4.2.1: 4xx may pass, 5xx will not. A wrong password (535) needs a person. */
function refusalFor(error: unknown, host: string): Delivery {
  const fields = z.object({ responseCode: z.number(), response: z.string().optional() }).safeParse(error).data
  if (fields !== undefined)
    return refused(
      `${host} answered ${cleanText(fields.response ?? String(fields.responseCode), 300)}`,
      fields.responseCode < 500 || fields.responseCode === 552,
    )
  const trouble = plainTrouble(error, host)
  return refused(trouble.message, trouble.again)
}
