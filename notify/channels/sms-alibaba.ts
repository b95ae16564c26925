import { createHash, createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, refused, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { smsText } from '../formats/plain.ts'
import type { Notice } from '../message.ts'
import { ask, jsonOf, refusalOf } from '../receiver/http.ts'
import { filler, render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, phoneNumber, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  accessKeyId: z.string().regex(/^[A-Za-z0-9._-]{3,100}$/),
  accessKeySecret: z.string().min(1).max(200),
  signName: z.string().min(1).max(100),
  templateCode: z.string().regex(/^[A-Za-z0-9_]{3,60}$/),
  /** Variables of the approved template. `{host}`, `{title}`, `{level}`, `{text}` and `{count}` are filled in. */
  parameters: z
    .record(z.string().regex(/^[A-Za-z0-9_]{1,30}$/), z.string().max(100))
    .default({ level: '{level}', host: '{host}', title: '{title}' }),
  /** The service refuses variables that are longer. */
  longestParameter: z.int().min(5).max(100).default(35),
  to: z.array(phoneNumber).min(1).max(100),
  endpoint: receiverUrl.default('https://dysmsapi.aliyuncs.com'),
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

/** SMS through Alibaba Cloud: SendSms of 2017-05-25, signed with ACS3-HMAC-SHA256 (request structure and signature V3). */
export const smsAlibaba: ChannelKind<Settings> = {
  kind: 'sms-alibaba',
  title: 'SMS (Alibaba Cloud)',
  limits:
    'One request for all numbers (at most 100 here); only approved templates, whose variables are cut at 35 characters and hold no links; by default 1 a minute, 5 an hour and 10 a day for a number.',
  schema,
  secrets: ['accessKeySecret'],
  perMinute: 5,
  warnings: settings => addressWarnings(settings.endpoint, settings),
  async send(notice, settings, around) {
    const query = {
      PhoneNumbers: settings.to.map(number => number.replace(/^\+(86)?/, '')).join(','),
      SignName: settings.signName,
      TemplateCode: settings.templateCode,
      TemplateParam: JSON.stringify(parametersOf(notice, settings, around)),
      OutId: cleanText(notice.id, 200),
    }
    const { url, headers } = signed(query, settings, {
      action: 'SendSms',
      version: '2017-05-25',
      date: `${around.now().toISOString().slice(0, 19)}Z`,
      nonce: randomBytes(16).toString('hex'),
    })
    const answer = await ask({
      url,
      headers,
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    return outcomeOf(answer, around.now())
  },
}

function parametersOf(notice: Notice, settings: Settings, around: Surroundings): Record<string, string> {
  // A variable may hold no link.
  const { link: _, ...said } = render(notice, around.language)
  const fill = filler({
    host: plainValue(notice.host?.name ?? '-'),
    title: plainValue(said.title || said.subject),
    level: said.facts[0]?.value ?? notice.level,
    text: plainValue(smsText(said, 500)),
    count: String(notice.digest?.count ?? 1),
  })
  return Object.fromEntries(
    Object.entries(settings.parameters).map(([name, template]) => [
      name,
      cleanText(fill(template), settings.longestParameter),
    ]),
  )
}

/** Variables with addresses or domains are refused by the service (isv.PARAM_NOT_SUPPORT_URL): dots become middle dots. */
function plainValue(text: string): string {
  return cleanText(text)
    .replace(/https?:\/\/|\[:\]\/\//gi, '')
    .replace(/\[?\.\]?/g, '·')
}

interface Call {
  readonly action: string
  readonly version: string
  /** ISO 8601 in UTC, to the second. */
  readonly date: string
  readonly nonce: string
}

/** All parameters in the query and an empty body, as the documentation of signature V3 shows it. */
export function signed(
  query: Readonly<Record<string, string>>,
  { endpoint, accessKeyId, accessKeySecret }: Pick<Settings, 'endpoint' | 'accessKeyId' | 'accessKeySecret'>,
  { action, version, date, nonce }: Call,
): { url: string; headers: Record<string, string> } {
  const { host, origin } = new URL(endpoint)
  const canonicalQuery = Object.entries(query)
    .map(([name, value]) => `${percent(name)}=${percent(value)}`)
    .sort()
    .join('&')
  const body = createHash('sha256').update('').digest('hex')
  const headers = {
    host,
    'x-acs-action': action,
    'x-acs-content-sha256': body,
    'x-acs-date': date,
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', canonicalQuery, lines.join(''), names, body].join('\n')
  const toSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`
  const signature = createHmac('sha256', accessKeySecret).update(toSign).digest('hex')
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`
  const { host: _, ...sent } = headers
  return { url: `${origin}/?${canonicalQuery}`, headers: { ...sent, authorization } }
}

/** RFC 3986: encodeURIComponent leaves five characters that must be encoded too. */
function percent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

function outcomeOf(answer: Parameters<typeof refusalOf>[0], now: Date): Delivery {
  const said = jsonOf(answer)
  const code = said?.['Code']
  const message = cleanText(String(said?.['Message'] ?? ''), 200)
  if (code === 'OK') return delivered(`Alibaba Cloud took it as ${cleanText(String(said?.['BizId'] ?? ''), 60)}`)
  if (typeof code !== 'string')
    return (
      refusalOf(answer, now) ?? refused('what answered is not Alibaba Cloud SMS: there is no Code in the answer', true)
    )
  const limited = /LIMIT|Throttling/i.test(code)
  const again = limited || code.startsWith('isp.') || answer.status >= 500
  return refused(`Alibaba Cloud answered ${cleanText(code, 80)}: ${message}`, again, limited ? 3_600 : undefined)
}
