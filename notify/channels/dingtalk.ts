import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { type ChannelKind, delivered, refused } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { markdown, plainInMarkdown } from '../formats/markdown.ts'
import { ask, jsonOf, refusalOf } from '../receiver/http.ts'
import { render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  /** `https://oapi.dingtalk.com/robot/send?access_token=…` */
  url: receiverUrl,
  /** Of the robot's security setting "sign": SEC…. */
  secret: z.string().min(1).max(200).optional(),
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

/** https://open.dingtalk.com/document/robots/custom-robot-access */
export const dingtalk: ChannelKind<Settings> = {
  kind: 'dingtalk',
  title: 'DingTalk 钉钉 (group robot)',
  limits: 'DingTalk takes 20 messages a minute for a robot and 20,000 bytes a message; more are told as one.',
  schema,
  secrets: ['url', 'secret'],
  perMinute: 20,
  warnings: settings => addressWarnings(settings.url, settings),
  async send(notice, settings, around) {
    const said = render(notice, around.language)
    const answer = await ask({
      url: signedUrl(settings, around.now()),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        msgtype: 'markdown',
        markdown: { title: plainInMarkdown(said.subject), text: markdown(said, 18_000) },
        at: { atMobiles: [], atUserIds: [], isAtAll: false },
      }),
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    const refusal = refusalOf(answer, around.now())
    if (refusal !== undefined) return refusal
    const { errcode, errmsg } = jsonOf(answer) ?? {}
    if (errcode === 0) return delivered('DingTalk took it')
    if (typeof errcode !== 'number')
      return refused('what answered is not DingTalk: there is no errcode in the answer', true)
    // 130101: sent too fast, which rests the robot for 10 minutes. -1: busy.
    const limited = errcode === 130_101 || errcode === 410_100
    return refused(
      `DingTalk answered ${errcode}: ${cleanText(String(errmsg ?? ''), 200)}`,
      limited || errcode === -1,
      limited ? 600 : undefined,
    )
  },
}

/** The sign is over `timestamp\nsecret`, keyed with the secret, and goes into the query. */
function signedUrl({ url, secret }: Settings, now: Date): string {
  if (secret === undefined) return url
  const timestamp = String(now.getTime())
  const signed = new URL(url)
  signed.searchParams.set('timestamp', timestamp)
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'))
  return signed.href
}
