import { alertLevels, type DetectionObject, detectionOutcomes, subjectKinds } from '../../model/api/index.ts'
import { type Detection, detection as detectionSchema } from '../../model/index.ts'
import type { Context } from '../context.ts'
import { withCenter } from './connect.ts'
import { groupOf, hostOf, idOf, maybeOneOf, timeBefore } from './names.ts'
import { type Column, type ListOptions, plain, plainAll, showJson, showOne, showPages, when } from './show.ts'

interface DetectionFilter extends ListOptions {
  readonly host?: string
  readonly group?: string
  readonly verdict?: string
  readonly outcome?: string
  readonly about?: string
  readonly atLeast?: string
  readonly alert?: string
  readonly since?: string
  readonly text?: string
}

const columns: readonly Column<DetectionObject>[] = [
  ['id', one => one.id],
  ['at', one => when(one.at)],
  ['host', one => one.host.name],
  ['verdict', one => one.verdict],
  ['level', one => one.level],
  ['outcome', one => one.outcomes.join(', ')],
  ['about', one => one.subject.path ?? one.subject.address ?? one.subject.command],
  ['title', one => one.title],
]

export const listCommand = withCenter<DetectionFilter>(async ({ client }, options, context) => {
  const query = {
    host: options.host === undefined ? undefined : await hostOf(client, options.host),
    group: options.group === undefined ? undefined : await groupOf(client, options.group),
    verdict: maybeOneOf('--verdict', options.verdict, ['confirmed', 'suspected']),
    outcome: maybeOneOf('--outcome', options.outcome, detectionOutcomes),
    subject: maybeOneOf('--about', options.about, subjectKinds),
    atLeast: maybeOneOf('--at-least', options.atLeast, alertLevels),
    alert: options.alert === undefined ? undefined : idOf(options.alert, 'an alert', 'alerts list'),
    since: timeBefore('--since', options.since),
    text: options.text,
  }
  await showPages(
    context,
    options,
    paging => client.listDetections({ query: { ...query, ...paging } }),
    columns,
    'Nothing of the kind was noticed.',
  )
})

export const showCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const found = await client.getDetection({ params: { detection: idOf(id, 'a detection', 'detections list') } })
  if (context.json) return context.print(found)
  const { subject } = found
  showOne(context, found, [
    ['title', found.title],
    ['id', found.id],
    ['host', found.host.name],
    ['at', when(found.at)],
    ['verdict', found.verdict],
    ['level', found.level],
    ['outcome', found.outcomes.join(', ')],
    ['about', subject.kind],
    ['path', subject.path],
    ['command', subject.command],
    ['user', subject.user],
    ['pid', subject.pid],
    ['SHA-256', subject.sha256],
    ['address', subject.address],
    ['families', found.families.join(', ')],
    ['ATT&CK', found.attack.join(', ')],
    ['alert', found.alert],
  ])
  const whole = detectionSchema.safeParse(found.evidence).data
  if (whole === undefined) showJson(context, found.evidence, 2)
  else showWhole(context, plainAll(whole))
})

function showWhole({ page }: Context, whole: Detection): void {
  page.heading('Why')
  for (const one of whole.because) page.text(one)
  if (whole.chain.length > 0) page.heading('What started it')
  page.table(
    whole.chain
      .toReversed()
      .map(one => [one.pid === undefined ? '' : String(one.pid), one.command ?? one.name ?? one.path ?? '']),
  )
  page.heading('What was done')
  if (whole.responses.length === 0) page.text('Nothing: people decide.')
  page.table(whole.responses.map(one => [one.outcome, one.kind, when(one.at), one.detail, one.run ?? '']))
  if (whole.findings.length > 0) page.heading('Rules that matched')
  page.table(whole.findings.map(one => [one.level, one.rule.title, one.because]))
}

export const countsCommand = withCenter<{ group?: string; host?: string; since?: string }>(
  async ({ client }, options, context) => {
    const counts = await client.detectionCounts({
      query: {
        group: options.group === undefined ? undefined : await groupOf(client, options.group),
        host: options.host === undefined ? undefined : await hostOf(client, options.host),
        since: timeBefore('--since', options.since),
      },
    })
    if (context.json) return context.print(counts)
    const { page } = context
    page.text(`Since ${when(counts.since)}: ${counts.sums.seen} detections, ${counts.sums.confirmed} confirmed.`)
    page.table(
      detectionOutcomes.filter(one => counts.sums[one] > 0).map(one => [one, String(counts.sums[one])]),
      0,
    )
    if (counts.hosts.length > 1) page.heading('Hosts with most')
    page.table(counts.hosts.map(one => [plain(one.host.name), String(one.sums.seen)]))
  },
)
