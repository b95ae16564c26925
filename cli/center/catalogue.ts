import { levels } from '../../model/index.ts'
import { withCenter } from './connect.ts'
import { maybeOneOf } from './names.ts'
import { type ListOptions, plain, said, showOne, showPages } from './show.ts'

interface CatalogueOptions extends ListOptions {
  readonly text?: string
  readonly level?: string
  readonly about?: string
  readonly attack?: string
  readonly source?: string
}

export const listCommand = withCenter<CatalogueOptions>(async ({ client }, options, context) => {
  const { text, about, attack, source } = options
  const query = { text, about, attack, source, level: maybeOneOf('--level', options.level, levels) }
  await showPages(
    context,
    options,
    paging => client.listRules({ query: { ...query, ...paging } }),
    [
      ['level', one => one.level],
      ['about', one => one.about],
      ['alerts', one => one.alerts],
      ['source', one => one.source],
      ['title', one => one.title],
      ['id', one => one.id],
    ],
    'There are no such rules.',
  )
})

export const showCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const rule = await client.getRule({ params: { rule: id } })
  showOne(context, rule, [
    ['rule', rule.title],
    ['id', rule.id],
    ['from', rule.source],
    ['level', `${rule.level}, ${rule.class}`],
    ['about', rule.about],
    ['ATT&CK', rule.attack.join(', ')],
    ['families', rule.families.join(', ')],
    ['alerts', `${rule.alerts} in 30 days`],
    ['what', rule.description],
    ['wrong when', rule.falsePositives.join('; ')],
    ...rule.references.map(one => ['more', one] as const),
  ])
  if (context.json) return
  const { page } = context
  page.heading('Cases')
  for (const one of rule.cases) page.text(said`${one.matches ? 'finds' : 'leaves alone'}: ${one.name}`, 2)
  page.heading('As it is written')
  for (const line of rule.text.split('\n')) page.line(`  ${plain(line)}`)
})
