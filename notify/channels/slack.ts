import { z } from 'zod'
import { type ChannelKind, delivered, refused } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { ask, refusalOf } from '../receiver/http.ts'
import { type Rendered, render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  /** `https://hooks.slack.com/services/…` */
  url: receiverUrl,
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack: ChannelKind<Settings> = {
  kind: 'slack',
  title: 'Slack (incoming webhook)',
  limits: 'Slack takes 1 message a second and says how long to wait when there are more; blocks of 3,000 characters.',
  schema,
  secrets: ['url'],
  perMinute: 30,
  warnings: settings => addressWarnings(settings.url, settings),
  async send(notice, settings, around) {
    const answer = await ask({
      url: settings.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(messageOf(render(notice, around.language))),
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    const refusal = refusalOf(answer, around.now())
    if (refusal !== undefined) return refusal
    if (answer.text.trim() !== 'ok') return refused(`what answered is not Slack: ${cleanText(answer.text, 100)}`, true)
    return delivered('Slack took it')
  },
}

/** Blocks are `plain_text`, where nothing is markup. `text` is what a notification shows, and is mrkdwn. */
function messageOf(said: Rendered): object {
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'plain_text', emoji: false, text: cleanBlock(text) },
  })
  return {
    text: escapeSlack(said.subject),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: cleanText(said.subject, 150) } },
      section([said.sentence, ...(said.title === '' ? [] : [said.title])].join('\n')),
      ...(said.lines.length === 0 ? [] : [section(said.lines.map(line => `• ${line}`).join('\n'))]),
      section(said.facts.map(fact => `${fact.label}: ${fact.value}`).join('\n')),
      section(said.advice),
      ...(said.link === undefined
        ? []
        : [
            {
              type: 'actions',
              elements: [
                {
                  type: 'button',
                  url: said.link.url,
                  text: { type: 'plain_text', emoji: false, text: said.link.label },
                },
              ],
            },
          ]),
    ],
  }
}

/** Of mrkdwn: `<` begins links and mentions; the formatting characters get look-alikes, because nothing escapes them. */
export function escapeSlack(text: string): string {
  const formatting: Readonly<Record<string, string>> = { '*': '∗', _: '＿', '~': '∼', '`': 'ˋ' }
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[*_~`]/g, one => formatting[one] ?? ' ')
}

function cleanBlock(text: string): string {
  const characters = [...text]
  return characters.length <= 2_900 ? text : `${characters.slice(0, 2_899).join('')}…`
}
