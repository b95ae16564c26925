import type { ReportDocument } from './blocks.ts'
import { actionSections } from './document-actions.ts'
import { backSections } from './document-back.ts'
import { frontSections } from './document-front.ts'
import { wordFor } from './fill.ts'
import type { ReportInput } from './gather.ts'
import type { Clock } from './times.ts'
import { wordsOf } from './words/index.ts'
import type { Writing } from './writing.ts'

/** The report in the language of its reader, without a form. */
export function documentOf(input: ReportInput, clock: Clock): ReportDocument {
  const words = wordsOf[input.language]
  const writing: Writing = { input, words, clock }
  const { alert } = input.alertCase
  return {
    language: input.language,
    report: words.report,
    title: alert.title,
    badges: [
      { name: words.labels.host, value: { text: alert.host.name, manner: 'strong' } },
      ...(alert.verdict === undefined
        ? []
        : [
            {
              name: words.labels.verdict,
              value: { text: wordFor(words.verdicts, alert.verdict), manner: 'strong' as const },
            },
          ]),
      { name: words.labels.level, value: { text: words.levels[alert.level], manner: `level-${alert.level}` } },
      { name: words.labels.status, value: { text: words.statuses[alert.status], manner: 'strong' } },
    ],
    sections: [...frontSections(writing), ...actionSections(writing), ...backSections(writing)],
    page: words.labels.page,
    footer: `Davylamp – ${words.report} – ${alert.host.name}`,
    madeAt: input.madeAt,
  }
}
