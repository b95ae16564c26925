import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { type ChannelKind, delivered, refused } from '../channel.ts'
import { cleanText, cutBytes } from '../clean-text.ts'
import type { Level } from '../message.ts'
import { ask, jsonOf, refusalOf } from '../receiver/http.ts'
import { type Rendered, render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  /** `https://open.feishu.cn/open-apis/bot/v2/hook/…`, or of Lark. */
  url: receiverUrl,
  /** Of the bot's "signature verification". */
  secret: z.string().min(1).max(200).optional(),
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

const colours: Readonly<Record<Level, string>> = {
  informational: 'grey',
  low: 'blue',
  medium: 'yellow',
  high: 'orange',
  critical: 'red',
}

/** https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */
export const feishu: ChannelKind<Settings> = {
  kind: 'feishu',
  title: 'Feishu 飞书 / Lark (custom bot)',
  limits: 'Feishu takes 100 messages a minute, 5 a second and 20 KB a message.',
  schema,
  secrets: ['url', 'secret'],
  perMinute: 60,
  warnings: settings => addressWarnings(settings.url, settings),
  async send(notice, settings, around) {
    const answer = await ask({
      url: settings.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        ...signature(settings, around.now()),
        msg_type: 'interactive',
        card: cardOf(render(notice, around.language)),
      }),
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    const said = jsonOf(answer)
    const code = said?.['code'] ?? said?.['StatusCode']
    if (code === 0) return delivered('Feishu took it')
    if (typeof code !== 'number')
      return (
        refusalOf(answer, around.now()) ?? refused('what answered is not Feishu: there is no code in the answer', true)
      )
    // 11232: too many; 9499 and 19021 to 19024: the request, the sign, the address or the key words do not suit.
    const limited = code === 11_232 || answer.status === 429
    return refused(
      `Feishu answered ${code}: ${cleanText(String(said?.['msg'] ?? ''), 200)}`,
      limited || answer.status >= 500,
      limited ? 60 : undefined,
    )
  },
}

/** `plain_text` everywhere: it knows neither markup nor mentions, so nothing has to be escaped. */
function cardOf(said: Rendered): object {
  const text = (content: string) => ({ tag: 'div', text: { tag: 'plain_text', content: cutBytes(content, 6_000) } })
  return {
    config: { wide_screen_mode: true },
    header: { template: colours[said.level], title: { tag: 'plain_text', content: said.subject } },
    elements: [
      text([said.sentence, ...(said.title === '' ? [] : [said.title])].join('\n')),
      ...(said.lines.length === 0 ? [] : [text(said.lines.map(line => `• ${line}`).join('\n'))]),
      text(said.facts.map(fact => `${fact.label}: ${fact.value}`).join('\n')),
      text(said.advice),
      ...(said.link === undefined
        ? []
        : [
            {
              tag: 'action',
              actions: [
                {
                  tag: 'button',
                  type: 'default',
                  url: said.link.url,
                  text: { tag: 'plain_text', content: said.link.label },
                },
              ],
            },
          ]),
    ],
  }
}

/** The key is `timestamp\nsecret` and nothing is hashed with it. */
function signature({ secret }: Settings, now: Date): object {
  if (secret === undefined) return {}
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') }
}
