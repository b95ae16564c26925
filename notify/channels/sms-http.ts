import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, refused, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { smsText } from '../formats/plain.ts'
import type { Notice } from '../message.ts'
import { ask, refusalOf } from '../receiver/http.ts'
import { filler, render } from '../render.ts'
import { toEach } from './to-each.ts'
import { addressWarnings, allowLinkLocal, authority, phoneNumber } from './settings.ts'

const headerName = /^[A-Za-z0-9-]{1,60}$/
const forbiddenHeaders = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade'])

const schema = z.strictObject({
  /** `{to}`, `{text}` and `{id}` are filled in, percent-encoded. */
  url: z
    .string()
    .max(2_000)
    .regex(/^https?:\/\/[^/{}@]+(\/|$)/, 'must begin with https:// and a host; {to} and {text} may only come after it')
    .refine(text => URL.canParse(text.replace(/\{(to|text|id)\}/g, 'x')), 'is no address'),
  method: z.enum(['GET', 'POST']).default('POST'),
  /** How `body` is written: values are escaped for it. */
  format: z.enum(['form', 'json', 'text']).default('form'),
  /** `{to}`, `{text}` and `{id}` are filled in; in JSON they stand inside of quotes. */
  body: z.string().max(5_000).default('to={to}&text={text}'),
  headers: z
    .record(
      z
        .string()
        .regex(headerName)
        .refine(name => !forbiddenHeaders.has(name.toLowerCase()), 'is set by Davylamp itself'),
      z
        .string()
        .max(2_000)
        .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
    )
    .default({}),
  to: z.array(phoneNumber).min(1).max(20),
  /** For gateways that answer 200 even when they refuse: the answer must hold this. */
  successContains: z.string().min(1).max(200).optional(),
  longest: z.int().min(40).max(1_600).default(300),
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

const mimeTypes = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
} as const

/** SMS through any gateway that takes a plain HTTP request for each number. */
export const smsHttp: ChannelKind<Settings> = {
  kind: 'sms-http',
  title: 'SMS (HTTP gateway)',
  limits:
    'One request for each number; texts are cut at `longest` characters (70 a part once a letter is not Latin, else 160); 10 a minute.',
  schema,
  // Gateways want their key in any of these.
  secrets: ['url', 'headers', 'body'],
  perMinute: 10,
  warnings: settings => addressWarnings(settings.url.replace(/\{(to|text|id)\}/g, 'x'), settings),
  send: (notice, settings, around) => toEach(settings.to, to => sendOne(notice, to, settings, around)),
}

async function sendOne(notice: Notice, to: string, settings: Settings, around: Surroundings): Promise<Delivery> {
  const values = { to, text: smsText(render(notice, around.language), settings.longest), id: cleanText(notice.id, 200) }
  const answer = await ask({
    url: filler(escaped(values, encodeURIComponent))(settings.url),
    method: settings.method,
    headers: {
      ...(settings.method === 'GET' ? {} : { 'content-type': mimeTypes[settings.format] }),
      ...settings.headers,
    },
    body: filler(escaped(values, escapers[settings.format]))(settings.body),
    ca: settings.ca,
    allowLinkLocal: settings.allowLinkLocal,
    around,
  })
  const refusal = refusalOf(answer, around.now())
  if (refusal !== undefined) return refusal
  if (settings.successContains !== undefined && !answer.text.includes(settings.successContains))
    return refused(`the gateway answered without the expected words: ${cleanText(answer.text, 200)}`, false)
  return delivered(cleanText(answer.text, 200) || `answered ${answer.status}`)
}

const escapers = {
  form: encodeURIComponent,
  json: (text: string) => JSON.stringify(text).slice(1, -1),
  text: (text: string) => text,
} as const

function escaped(values: Readonly<Record<string, string>>, encode: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encode(value)]))
}
