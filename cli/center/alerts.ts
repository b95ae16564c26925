import { alertAbouts, alertLevels, type AlertObject, alertStatuses } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { printPlan } from '../print/plan.ts'
import { count } from '../print/verdict.ts'
import { withCenter } from './connect.ts'
import { choiceOf, type ChoiceOptions } from './alert-choice.ts'
import { detailText } from './fact-text.ts'
import { groupOf, hostOf, idOf, maybeOneOf, timeBefore } from './names.ts'
import {
  type Column,
  type ListOptions,
  plainAll,
  said,
  showDone,
  showJson,
  showList,
  showOne,
  showPages,
  when,
} from './show.ts'

interface AlertFilter extends ListOptions {
  readonly status?: string
  readonly everyStatus?: boolean
  readonly atLeast?: string
  readonly level?: string
  readonly type?: string
  readonly about?: string
  readonly verdict?: string
  readonly host?: string
  readonly group?: string
  readonly region?: string
  readonly family?: string
  readonly rule?: string
  readonly hash?: string
  readonly campaign?: string
  readonly assignedTo?: string
  readonly since?: string
  readonly text?: string
  readonly findings?: boolean
}

const columns: readonly Column<AlertObject>[] = [
  ['id', one => one.id],
  ['level', one => one.level],
  ['status', one => one.status],
  ['host', one => one.host.name],
  ['type', one => one.type],
  ['seen', one => when(one.lastSeen)],
  ['title', one => one.title],
]

export const listCommand = withCenter<AlertFilter>(async ({ client }, options, context) => {
  const { type, region, family, rule, hash, campaign, assignedTo, text } = options
  const query = {
    status:
      options.everyStatus === true ? undefined : (maybeOneOf('--status', options.status, alertStatuses) ?? 'open'),
    level: maybeOneOf('--level', options.level, alertLevels),
    atLeast: maybeOneOf('--at-least', options.atLeast, alertLevels),
    about: maybeOneOf('--about', options.about, alertAbouts),
    verdict: maybeOneOf('--verdict', options.verdict, ['confirmed', 'suspected', 'exposure']),
    host: options.host === undefined ? undefined : await hostOf(client, options.host),
    group: options.group === undefined ? undefined : await groupOf(client, options.group),
    since: timeBefore('--since', options.since),
    children: options.findings === true ? 'true' : undefined,
    ...{ type, region, family, rule, campaign, assignedTo, text, hash: hash?.toLowerCase() },
  }
  await showPages(
    context,
    options,
    paging => client.listAlerts({ query: { ...query, ...paging } }),
    columns,
    'There are no such alerts.',
  )
})

export const showCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const alert = await client.getAlert({ params: { alert: idOf(id, 'an alert', 'alerts list') } })
  if (context.json) return context.print(alert)
  showOne(context, alert, [
    ['title', alert.title],
    ['id', alert.id],
    ['host', alert.host.name],
    ['level', alert.level],
    ['verdict', alert.verdict],
    ['status', [alert.status, alert.handledAs, alert.handledBy].filter(Boolean).join(', ')],
    ['assigned to', alert.assignedTo],
    ['type', alert.type],
    ['rule', alert.rule],
    ['families', alert.families.join(', ')],
    ['ATT&CK', alert.attack.join(', ')],
    ['seen', `${when(alert.firstSeen)} to ${when(alert.lastSeen)}, ${count(alert.seenTimes, 'time')}`],
    ['gone', when(alert.goneAt)],
    ['campaign', alert.campaign],
  ])
  const { page } = context
  if (alert.findings.length > 0) page.heading('Findings')
  page.table(alert.findings.map(one => [one.id, one.level, plainAll(one.title)]))
  if (alert.plans.length > 0) page.heading('Plans of the host')
  page.table(alert.plans.map(one => [one.handling, count(one.actions, 'action'), when(one.reportedAt), one.id]))
  if (alert.orders.length > 0) page.heading('Orders')
  page.table(alert.orders.map(one => [one.id, one.kind, one.state, plainAll(one.run ?? '')]))
  page.heading('Evidence')
  showJson(context, alert.evidence, 2)
})

export const planCommand = withCenter<object>(async ({ client }, _, context, id = '', wanted?: string) => {
  const alert = idOf(id, 'an alert', 'alerts list')
  const plan = await client.getAlertPlan({ params: { alert, plan: wanted ?? (await inDepthPlan(client, alert)) } })
  if (context.json) context.print(plan)
  else printPlan(plainAll(plan), [], context.page)
})

async function inDepthPlan(client: Parameters<typeof hostOf>[0], alert: string): Promise<string> {
  const { plans } = await client.getAlert({ params: { alert } })
  const plan = plans.find(one => one.handling === 'in-depth') ?? plans[0]
  if (plan === undefined) throw new CommandError('the host has reported no plan for this alert')
  return plan.id
}

export const historyCommand = withCenter<ListOptions>(async ({ client }, options, context, id = '') => {
  const alert = idOf(id, 'an alert', 'alerts list')
  await showPages(
    context,
    options,
    paging => client.listAlertEvents({ params: { alert }, query: paging }),
    [
      ['at', one => when(one.at)],
      ['who', one => one.actor],
      ['what', one => one.what],
      ['detail', one => detailText(one.detail)],
    ],
    'Nothing happened to it.',
  )
})

export const relatedCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const related = await client.listRelatedAlerts({ params: { alert: idOf(id, 'an alert', 'alerts list') } })
  showList(
    context,
    related,
    [...columns.slice(0, 4), ['because', one => one.because], ['title', one => one.title]],
    'Nothing is related to it.',
  )
})

export const commentCommand = withCenter<object>(async ({ client }, _, context, id = '', ...words) => {
  const event = await client.commentAlert({
    params: { alert: idOf(id, 'an alert', 'alerts list') },
    body: { text: words.join(' ') },
  })
  showDone(context, event, 'Written into its history.')
})

export const assignCommand = withCenter<ChoiceOptions & { to?: string; nobody?: boolean }>(
  async ({ client }, options, context, ...ids) => {
    if ((options.to === undefined) === (options.nobody !== true))
      throw new CommandError('say to whom: --to NAME, or --nobody')
    const answer = await client.assignAlerts({
      body: { choice: await choiceOf(client, ids, options), to: options.to ?? null },
    })
    showDone(context, answer, said`${count(answer.changed, 'alert')} assigned to ${options.to ?? 'nobody'}.`)
  },
)

export const countsCommand = withCenter<{ group?: string; hours?: number }>(async ({ client }, options, context) => {
  const group = options.group === undefined ? undefined : await groupOf(client, options.group)
  const counts = await client.alertCounts({ query: { group, hours: options.hours } })
  if (context.json) return context.print(counts)
  showOpen(context, counts)
})

interface Counts {
  readonly open: readonly { readonly type: string; readonly level: string; readonly count: number }[]
  readonly hours: readonly { readonly opened: number; readonly handled: number }[]
}

function showOpen(context: Context, { open, hours }: Counts): void {
  if (open.length === 0) context.page.text('No alert is open.')
  context.page.table(
    open.map(one => [plainAll(one.type), one.level, String(one.count)]),
    0,
  )
  const sum = (field: 'opened' | 'handled') => hours.reduce((total, one) => total + one[field], 0)
  context.page.text(`In the hours looked at: ${sum('opened')} opened, ${sum('handled')} handled.`)
}
