import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, refused, type Surroundings } from '../channel.ts'
import { cutBytes } from '../clean-text.ts'
import { exportFormats, syslogMessage } from '../formats/rfc5424.ts'
import type { Notice } from '../message.ts'
import { addressOf } from '../receiver/address.ts'
import { sendDatagrams } from '../receiver/udp.ts'
import { sendStream } from '../receiver/stream.ts'
import { plainTrouble } from '../receiver/trouble.ts'
import { allowLinkLocal, authority, hostname, port } from './settings.ts'

/** RFC 5426 §3.2: what every receiver should take. */
const largestDatagram = 2_048

const schema = z
  .strictObject({
    host: hostname,
    port: port.optional(),
    transport: z.enum(['udp', 'tcp', 'tls']).default('tls'),
    format: z.enum(exportFormats).default('text'),
    /** RFC 5424 table 1; 4 is security, 10 is security/authorization, 16 to 23 are local0 to local7. */
    facility: z.int().min(0).max(23).default(16),
    app: z
      .string()
      .regex(/^[\x21-\x7e]{1,48}$/)
      .default('davylamp'),
    /** RFC 6587: octet counting is the one that TLS demands; `newline` for old receivers. */
    framing: z.enum(['octet-counting', 'newline']).default('octet-counting'),
    ca: authority,
    /** Client certificate and key, PEM, when the receiver asks for one. */
    certificate: authority,
    key: z
      .string()
      .max(20_000)
      .regex(/^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'must be a private key in PEM')
      .optional(),
    allowLinkLocal,
  })
  .refine(one => one.transport !== 'udp' || one.format !== 'ocsf', 'OCSF does not fit into datagrams: use tcp or tls')
  .refine(one => (one.key === undefined) === (one.certificate === undefined), 'certificate and key belong together')
type Settings = z.infer<typeof schema>

/** Syslog: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425). */
export const syslog: ChannelKind<Settings> = {
  kind: 'syslog',
  title: 'Syslog (RFC 5424)',
  limits:
    'UDP tells nobody when it loses something, and is cut at 2,048 bytes; TCP and TLS count as delivered when the receiver closes its side after us.',
  schema,
  secrets: ['key'],
  perMinute: 6_000,
  warnings: settings =>
    settings.transport === 'tls'
      ? []
      : [`Over ${settings.transport} anybody on the way can read and change the messages.`],
  mostAtOnce: () => 200,
  send: (notice, settings, around) => sendAll([notice], settings, around),
  sendMany: sendAll,
}

async function sendAll(notices: readonly Notice[], settings: Settings, around: Surroundings): Promise<Delivery> {
  const messages = notices.map(one => syslogMessage(one, settings.format, settings))
  const where = `${settings.host}:${settings.port ?? (settings.transport === 'tls' ? 6514 : 514)}`
  try {
    const address = await addressOf(settings.host, settings.allowLinkLocal)
    if (settings.transport === 'udp') {
      await sendDatagrams(
        messages.map(text => Buffer.from(cutBytes(text, largestDatagram))),
        address,
        settings.port ?? 514,
      )
      return delivered(`sent to ${where} by UDP; whether it came is not known`)
    }
    const confirmed = await sendStream(Buffer.concat(messages.map(text => framed(text, settings.framing))), {
      address,
      name: settings.host,
      port: settings.port ?? (settings.transport === 'tls' ? 6514 : 514),
      tls: settings.transport === 'tls',
      ca: settings.ca,
      certificate: settings.certificate,
      key: settings.key,
      around,
    })
    return delivered(confirmed ? `${where} read all of it` : `written to ${where}, which did not close its side`)
  } catch (error) {
    const trouble = plainTrouble(error, where)
    return refused(trouble.message, trouble.again)
  }
}

function framed(text: string, framing: Settings['framing']): Buffer {
  const bytes = Buffer.from(text)
  return framing === 'newline'
    ? Buffer.concat([bytes, Buffer.from('\n')])
    : Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
}
