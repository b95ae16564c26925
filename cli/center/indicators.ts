import { basename } from 'node:path'
import { alertLevels } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { count } from '../print/verdict.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { textOf } from './document-file.ts'
import { exchangedIn } from './exchanged-indicators.ts'
import { indicatorKinds, indicatorsIn } from './indicator-csv.ts'
import { idOf, maybeOneOf, oneOf, timeAfter } from './names.ts'
import { type ListOptions, showDone, showPages, when } from './show.ts'

export const listCommand = withCenter<ListOptions & { kind?: string; text?: string }>(
  async ({ client }, options, context) => {
    const kind = maybeOneOf('--kind', options.kind, indicatorKinds)
    await showPages(
      context,
      options,
      paging => client.listIndicators({ query: { kind, text: options.text, ...paging } }),
      [
        ['id', one => one.id],
        ['kind', one => one.kind],
        ['level', one => one.level],
        ['source', one => one.source],
        ['until', one => when(one.expiresAt)],
        ['value', one => one.value],
      ],
      'There are no such indicators.',
    )
  },
)

interface AddOptions {
  readonly level?: string
  readonly note?: string
  readonly expires?: string
  readonly source?: string
}

export const addCommand = withCenter<AddOptions>(async ({ client }, options, context, kindText = '', ...values) => {
  const kind = oneOf('The kind', kindText, indicatorKinds)
  const level = maybeOneOf('--level', options.level, alertLevels)
  const expiresAt = timeAfter('--expires', options.expires)
  const items = values.map(value => ({ kind, value, level, note: options.note, expiresAt }))
  const answer = await client.addIndicators({ body: { items, source: options.source ?? 'command line' } })
  showDone(
    context,
    answer,
    `${answer.added} added, ${answer.known} known already. What hosts have reported is searched for them now.`,
  )
})

/** More than one request takes is sent in parts; what is there already stays, so that a repeated import does no harm. */
const mostAtOnce = 5_000

export const importCommand = withCenter<AddOptions & { kind?: string }>(
  async ({ client }, options, context, path = '') => {
    const kind = maybeOneOf('--kind', options.kind, indicatorKinds)
    const level = maybeOneOf('--level', options.level, alertLevels)
    const text = await textOf(path)
    const defaults = { kind, level, note: options.note, expiresAt: timeAfter('--expires', options.expires) }
    const exchanged = /^\s*[{[]/.test(text) ? await exchangedIn(text, defaults) : undefined
    for (const { why, count: times } of exchanged?.left ?? [])
      context.notes.text(`${count(times, 'entry', 'entries')} left out: ${why}`)
    const { items, problems } = exchanged === undefined ? indicatorsIn(text, defaults) : { ...exchanged, problems: [] }
    if (problems.length > 0)
      throw new CommandError(
        `${path} has ${count(problems.length, 'line')} that cannot be used; nothing was sent:\n${problems
          .slice(0, 20)
          .map(one => `  ${one}`)
          .join('\n')}`,
      )
    if (items.length === 0) throw new CommandError(`${path} holds no indicators`)
    const source = options.source ?? (path === '-' ? 'standard input' : basename(path))
    const sum = { added: 0, known: 0 }
    for (let at = 0; at < items.length; at += mostAtOnce) {
      const { added, known } = await client.addIndicators({ body: { items: items.slice(at, at + mostAtOnce), source } })
      sum.added += added
      sum.known += known
    }
    showDone(context, sum, `${sum.added} added, ${sum.known} known already.`)
  },
)

export const removeCommand = withCenter<object>(async ({ client }, _, context, ...ids) => {
  const gone = ids.map(id => idOf(id, 'an indicator', 'indicators list'))
  for (const indicator of gone) await client.removeIndicator({ params: { indicator } })
  showDone(context, { removed: gone }, `${count(gone.length, 'indicator')} removed.`)
})

/** The indicators as a rule pack, so that hosts look for them by themselves. */
export const publishCommand = withCenter<object>(async ({ client }, _, context) => {
  const pack = await client.publishIndicators()
  showDone(
    context,
    pack,
    `They are version ${pack.version} of the rule pack ${pack.name}, a draft. No host has it yet: ${calledAs} packs stage ${pack.name} canary`,
  )
})
