import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { cefLine } from '../formats/cef.ts'
import { detectionFinding } from '../formats/ocsf.ts'
import type { Notice } from '../message.ts'
import { ask, refusalOf } from '../receiver/http.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  url: receiverUrl,
  /** 24 to 64 bytes in base64, with or without `whsec_` before it. */
  secret: z
    .string()
    .max(120)
    .refine(text => {
      const bytes = keyOf(text).length
      return /^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text) && bytes >= 24 && bytes <= 64
    }, 'must be whsec_ and 24 to 64 random bytes in base64: echo whsec_$(openssl rand -base64 32)'),
  format: z.enum(['davylamp', 'ocsf', 'cef']).default('davylamp'),
  /** Several in one request: an array (JSON) or lines (CEF). */
  batch: z.boolean().default(false),
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

/** Signed webhook as https://www.standardwebhooks.com describes it. */
export const webhook: ChannelKind<Settings> = {
  kind: 'webhook',
  title: 'Webhook (signed)',
  limits: 'Each notice is one POST of JSON (or up to 100 in one with `batch`); drop doubles by the webhook-id.',
  schema,
  secrets: ['secret'],
  perMinute: 600,
  warnings: settings => addressWarnings(settings.url, settings),
  mostAtOnce: settings => (settings.batch ? 100 : 1),
  send: (notice, settings, around) => post(notice.id, bodyOf(notice, settings), settings, around),
  sendMany: (notices, settings, around) => post(batchId(notices), batchOf(notices, settings), settings, around),
}

async function post(id: string, body: string, settings: Settings, around: Surroundings): Promise<Delivery> {
  const answer = await ask({
    url: settings.url,
    headers: {
      'content-type': settings.format === 'cef' ? 'text/plain; charset=utf-8' : 'application/json',
      ...signatureHeaders(id, around.now(), body, settings.secret),
    },
    body,
    ca: settings.ca,
    allowLinkLocal: settings.allowLinkLocal,
    around,
  })
  return refusalOf(answer, around.now()) ?? delivered(`answered ${answer.status}`)
}

/** HMAC-SHA256 over `id.timestamp.body`; a point in the id would make that ambiguous. */
export function signatureHeaders(id: string, at: Date, body: string, secret: string): Record<string, string> {
  const safeId = cleanText(id, 200).replace(/[^A-Za-z0-9_:-]/g, '_')
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const signature = createHmac('sha256', keyOf(secret)).update(`${safeId}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': safeId, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}

function bodyOf(notice: Notice, { format }: Settings): string {
  if (format === 'cef') return cefLine(notice)
  return JSON.stringify(format === 'ocsf' ? detectionFinding(notice) : plain(notice))
}

function batchOf(notices: readonly Notice[], { format }: Settings): string {
  if (format === 'cef') return notices.map(cefLine).join('\n')
  return JSON.stringify(format === 'ocsf' ? notices.map(detectionFinding) : notices.map(plain))
}

function plain(notice: Notice): object {
  const { at, what, ...data } = notice
  return { type: `davylamp.${what}`, timestamp: at, data }
}

/** The same for the same notices. */
function batchId(notices: readonly Notice[]): string {
  return `batch_${createHmac('sha256', 'batch')
    .update(notices.map(one => one.id).join('\n'))
    .digest('hex')
    .slice(0, 32)}`
}
