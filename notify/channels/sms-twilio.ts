import { z } from 'zod'
import { type ChannelKind, type Delivery, delivered, refused, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { smsText } from '../formats/plain.ts'
import type { Notice } from '../message.ts'
import { ask, jsonOf, refusalOf } from '../receiver/http.ts'
import { render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, phoneNumber, receiverUrl } from './settings.ts'
import { toEach } from './to-each.ts'

const schema = z
  .strictObject({
    accountSid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'must be the account SID: AC and 32 hex digits'),
    /** SID of an API key (SK…); absent: the account's own token is given. */
    keySid: z
      .string()
      .regex(/^SK[0-9a-fA-F]{32}$/)
      .optional(),
    /** Auth token, or the secret of the API key. */
    token: z.string().min(1).max(200),
    from: z
      .string()
      .regex(/^(\+[0-9]{3,20}|[A-Za-z0-9 ]{1,11})$/, 'must be a number of yours or a sender name')
      .optional(),
    messagingService: z
      .string()
      .regex(/^MG[0-9a-fA-F]{32}$/)
      .optional(),
    to: z.array(phoneNumber).min(1).max(20),
    endpoint: receiverUrl.default('https://api.twilio.com'),
    longest: z.int().min(40).max(1_600).default(300),
    ca: authority,
    allowLinkLocal,
  })
  .refine(
    one => (one.from === undefined) !== (one.messagingService === undefined),
    'give either from or messagingService',
  )
type Settings = z.infer<typeof schema>

/** SMS through Twilio's Messages resource (2010-04-01). */
export const smsTwilio: ChannelKind<Settings> = {
  kind: 'sms-twilio',
  title: 'SMS (Twilio)',
  limits: 'One request for each number; Twilio takes at most 1,600 characters, we cut at `longest`; 10 a minute.',
  schema,
  secrets: ['token'],
  perMinute: 10,
  warnings: settings => addressWarnings(settings.endpoint, settings),
  send: (notice, settings, around) => toEach(settings.to, to => sendOne(notice, to, settings, around)),
}

async function sendOne(notice: Notice, to: string, settings: Settings, around: Surroundings): Promise<Delivery> {
  const sender =
    settings.messagingService === undefined
      ? { From: settings.from ?? '' }
      : { MessagingServiceSid: settings.messagingService }
  const login = Buffer.from(`${settings.keySid ?? settings.accountSid}:${settings.token}`).toString('base64')
  const answer = await ask({
    url: new URL(`/2010-04-01/Accounts/${settings.accountSid}/Messages.json`, settings.endpoint).href,
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      To: to,
      ...sender,
      Body: smsText(render(notice, around.language), settings.longest),
    }).toString(),
    ca: settings.ca,
    allowLinkLocal: settings.allowLinkLocal,
    around,
  })
  const said = jsonOf(answer)
  const refusal = refusalOf(answer, around.now())
  if (refusal?.result === 'refused') {
    const { code, message } = said ?? {}
    if (typeof message !== 'string') return refusal
    return refused(
      `Twilio answered ${String(code ?? answer.status)}: ${cleanText(message, 200)}`,
      refusal.again,
      refusal.afterSeconds,
    )
  }
  if (typeof said?.['sid'] !== 'string')
    return refused('what answered is not Twilio: there is no sid in the answer', true)
  return delivered(`Twilio took it as ${cleanText(said['sid'], 60)}`)
}
