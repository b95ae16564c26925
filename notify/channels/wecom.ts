import { z } from 'zod'
import { type ChannelKind, delivered, refused } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { markdown } from '../formats/markdown.ts'
import { ask, jsonOf, refusalOf } from '../receiver/http.ts'
import { render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  /** `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…` */
  url: receiverUrl,
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

/** https://developer.work.weixin.qq.com/document/path/91770 */
export const wecom: ChannelKind<Settings> = {
  kind: 'wecom',
  title: 'WeCom 企业微信 (group robot)',
  limits:
    'WeCom takes 20 messages a minute for a robot and 4,096 bytes of markdown; longer ones are cut before the link.',
  schema,
  secrets: ['url'],
  perMinute: 20,
  warnings: settings => addressWarnings(settings.url, settings),
  async send(notice, settings, around) {
    const answer = await ask({
      url: settings.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        msgtype: 'markdown',
        markdown: { content: markdown(render(notice, around.language), 4_000) },
      }),
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    const refusal = refusalOf(answer, around.now())
    if (refusal !== undefined) return refusal
    const { errcode, errmsg } = jsonOf(answer) ?? {}
    if (errcode === 0) return delivered('WeCom took it')
    if (typeof errcode !== 'number')
      return refused('what answered is not WeCom: there is no errcode in the answer', true)
    const limited = errcode === 45_009 || errcode === 45_033
    return refused(
      `WeCom answered ${errcode}: ${cleanText(String(errmsg ?? ''), 200)}`,
      limited || errcode === -1,
      limited ? 60 : undefined,
    )
  },
}
