import { htmlDocument } from './formats/html.ts'
import { markdown } from './formats/markdown.ts'
import { plainText, smsText } from './formats/plain.ts'
import type { Language, Notice, Reason } from './message.ts'
import { digestOf } from './digest.ts'
import { render } from './render.ts'

export interface Preview {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly sms: string
  readonly markdown: string
}

/** What a message looks like, with made-up content. */
export function preview(what: Reason, language: Language, link: string, now: Date): Preview {
  const said = render(sample(what, link, now), language)
  return {
    subject: said.subject,
    text: plainText(said),
    html: htmlDocument(said),
    sms: smsText(said, 300),
    markdown: markdown(said, 4_000),
  }
}

function sample(what: Reason, link: string, now: Date): Notice {
  const notice: Notice = {
    id: 'sample',
    what: what === 'digest' ? 'alert' : what,
    level: 'critical',
    at: now.toISOString(),
    host: { id: '00000000-0000-7000-8000-000000000000', name: 'web-1', group: 'All hosts' },
    title: 'Cryptominer running as kdevtmpfsi',
    lines: [
      'Runs from /tmp/kdevtmpfsi and uses 392 % of a core.',
      'Started again every minute by /etc/cron.d/apache2.',
    ],
    families: ['kinsing'],
    attack: ['T1496', 'T1053.003'],
    type: 'mining',
    link,
  }
  return what === 'digest'
    ? {
        ...digestOf(
          Array.from({ length: 40 }, () => notice),
          'sample',
          now,
        ),
        link,
      }
    : notice
}
