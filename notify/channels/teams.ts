import { z } from 'zod'
import { type ChannelKind, delivered } from '../channel.ts'
import { cutBytes } from '../clean-text.ts'
import type { Level } from '../message.ts'
import { ask, refusalOf } from '../receiver/http.ts'
import { type Rendered, render } from '../render.ts'
import { addressWarnings, allowLinkLocal, authority, receiverUrl } from './settings.ts'

const schema = z.strictObject({
  /** Of the workflow "Post to a channel when a webhook request is received". */
  url: receiverUrl,
  ca: authority,
  allowLinkLocal,
})
type Settings = z.infer<typeof schema>

const colours: Readonly<Record<Level, string>> = {
  informational: 'Default',
  low: 'Accent',
  medium: 'Warning',
  high: 'Attention',
  critical: 'Attention',
}

/** Microsoft Teams by a workflow's webhook: a message with one adaptive card. */
export const teams: ChannelKind<Settings> = {
  kind: 'teams',
  title: 'Microsoft Teams (workflow)',
  limits: 'Teams takes 4 messages a second and 28 KB a message.',
  schema,
  secrets: ['url'],
  perMinute: 30,
  warnings: settings => addressWarnings(settings.url, settings),
  async send(notice, settings, around) {
    const answer = await ask({
      url: settings.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: cardOf(render(notice, around.language)),
          },
        ],
      }),
      ca: settings.ca,
      allowLinkLocal: settings.allowLinkLocal,
      around,
    })
    return refusalOf(answer, around.now()) ?? delivered(`the workflow answered ${answer.status}`)
  },
}

/** Text runs read no markdown, unlike text blocks; mentions would need entities, and there are none. */
function cardOf(said: Rendered): object {
  const run = (text: string, style: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: cutBytes(text, 6_000), ...style }],
  })
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      run(said.subject, { weight: 'Bolder', size: 'Large', color: colours[said.level] }),
      run(said.sentence),
      ...(said.title === '' ? [] : [run(said.title, { weight: 'Bolder' })]),
      ...said.lines.map(line => run(`• ${line}`)),
      ...said.facts.map(fact => run(`${fact.label}: ${fact.value}`)),
      run(said.advice),
    ],
    ...(said.link === undefined
      ? {}
      : { actions: [{ type: 'Action.OpenUrl', title: said.link.label, url: said.link.url }] }),
  }
}
