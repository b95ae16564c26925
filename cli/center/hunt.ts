import { huntKinds } from '../../model/api/index.ts'
import { count } from '../print/verdict.ts'
import { withCenter } from './connect.ts'
import { groupOf, idOf, maybeOneOf } from './names.ts'
import { type ListOptions, plain, showOne, showPages, when } from './show.ts'

interface HuntOptions extends ListOptions {
  readonly kind?: string
  readonly prefix?: boolean
  readonly present?: boolean
  readonly group?: string
}

export const huntCommand = withCenter<HuntOptions>(async ({ client }, options, context, term = '') => {
  const query = {
    term,
    kind: maybeOneOf('--kind', options.kind, huntKinds),
    prefix: options.prefix === true ? 'true' : undefined,
    present: options.present === true ? 'true' : undefined,
    group: options.group === undefined ? undefined : await groupOf(client, options.group),
  }
  await showPages(
    context,
    options,
    paging => client.hunt({ query: { ...query, ...paging } }),
    [
      ['host', one => one.host.name],
      ['kind', one => one.kind],
      ['where', one => one.source],
      ['first seen', one => when(one.firstSeen)],
      ['gone', one => when(one.goneAt)],
      ['term', one => one.term],
    ],
    'No host has it, or had it.',
  )
})

export const campaignsCommand = withCenter<ListOptions>(async ({ client }, options, context) => {
  await showPages(
    context,
    options,
    paging => client.listCampaigns({ query: paging }),
    [
      ['id', one => one.id],
      ['hosts', one => one.hosts],
      ['first host', one => one.firstHost?.name],
      ['since', one => when(one.firstSeen)],
      ['last', one => when(one.lastSeen)],
      ['name', one => one.name],
    ],
    'No incidents of several hosts belong together.',
  )
})

export const campaignCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const found = await client.getCampaign({ params: { campaign: idOf(id, 'a campaign', 'campaigns list') } })
  if (context.json) return context.print(found)
  const { page } = context
  showOne(context, found, [
    ['campaign', found.name],
    ['id', found.id],
    ['hosts', found.hosts],
    ['first host', found.firstHost?.name],
    ['seen', `${when(found.firstSeen)} to ${when(found.lastSeen)}`],
    ['families', found.families.join(', ')],
  ])
  page.heading('In common')
  page.table(found.shared.map(one => [one.kind, count(one.hosts, 'host'), plain(one.term)]))
  page.heading('Its hosts, in order')
  page.table(found.members.map(one => [plain(one.host.name), one.status, when(one.at), one.alert]))
  if (found.atRisk.length > 0) page.heading('At risk')
  page.table(found.atRisk.map(one => [plain(one.host.name), plain(one.because)]))
})
