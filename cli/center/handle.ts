import type { z } from 'zod'
import type { handlePreview, handleRequest } from '../../model/api/index.ts'
import type { Handling } from '../../model/wire/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { showDuration } from '../duration.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { printPlan } from '../print/plan.ts'
import { count } from '../print/verdict.ts'
import { calledAs } from '../program-name.ts'
import { choiceOf, type ChoiceOptions } from './alert-choice.ts'
import { type Connected, withCenter } from './connect.ts'
import { followTask } from './follow.ts'
import { sure } from './sure.ts'
import { oneOf } from './names.ts'
import { plainAll, said } from './show.ts'

interface HandleOptions extends ChoiceOptions {
  readonly as: string
  readonly for?: number
  readonly watch?: number
  readonly comment?: string
  readonly plans?: boolean
  readonly yes?: boolean
  readonly follow?: boolean
}

type Preview = z.output<typeof handlePreview>
type Request = z.input<typeof handleRequest>

const ways = ['in-depth', 'terminate', 'terminate-and-quarantine', 'block', 'ignore', 'manual', 'reopen'] as const
type Way = (typeof ways)[number]
const cleaning = ['in-depth', 'terminate', 'terminate-and-quarantine'] as const satisfies readonly Way[]

const words: Readonly<Record<Way, string>> = {
  'in-depth': 'clean it in depth',
  terminate: 'terminate its processes',
  'terminate-and-quarantine': 'terminate its processes and quarantine their files',
  block: 'block its addresses',
  ignore: 'ignore it',
  manual: 'mark it as handled by hand',
  reopen: 'open it again',
}

/** Plans of more alerts are only counted, unless --plans asks for them. */
const mostPlans = 5

/** Shows what handling would do, asks, does exactly that, and follows it to the proof where that is wanted. */
export const handleCommand = withCenter<HandleOptions>(async (center, options, context, ...ids) => {
  const as = oneOf('--as', options.as, ways)
  if (options.for !== undefined && as !== 'block')
    throw new CommandError('--for says how long addresses are blocked: it goes with --as block')
  if (options.watch !== undefined && !cleaning.some(one => one === as))
    throw new CommandError(
      `--watch says how long to watch after a clean-up: it goes with --as ${cleaning.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`,
    )
  const choice = await choiceOf(center.client, ids, options)
  const asked = { choice, ...(options.comment === undefined ? {} : { comment: options.comment }) }
  const preview = await center.client.previewHandling({ body: { ...asked, how: howOf(as, options, undefined) } })
  if (!context.json) await showPreview(center, preview, as, options, context)
  const able = preview.items.filter(one => one.refused === undefined)
  if (able.length === 0) {
    if (context.json) context.print(preview)
    return exitCodes.left
  }
  if (options.yes !== true && context.json) {
    context.print(preview)
    return exitCodes.left
  }
  const question = `${count(able.length, 'alert')} on ${count(new Set(able.map(one => one.host.id)).size, 'host')}: ${words[as]}. Proceed?`
  if (!(await sure(options, context, question))) return exitCodes.left
  // What was shown is what is carried out: a host whose plan changed meanwhile refuses.
  const answer = await center.client.handleAlerts({ body: { ...asked, how: howOf(as, options, preview) } })
  return conclude(center, answer, options, context)
})

function howOf(as: Way, options: HandleOptions, seen: Preview | undefined): Request['how'] {
  if (as === 'block') return { as, seconds: options.for ?? 86_400 }
  if (as === 'ignore' || as === 'manual' || as === 'reopen') return { as }
  const plans = Object.fromEntries(
    (seen?.items ?? []).flatMap(one => (one.plan === undefined ? [] : [[one.alert, one.plan.id]])),
  )
  return {
    as: as satisfies Handling,
    ...(Object.keys(plans).length === 0 ? {} : { plans }),
    ...(options.watch === undefined ? {} : { watchSeconds: options.watch }),
  }
}

async function showPreview(
  { client }: Connected,
  preview: Preview,
  as: Way,
  options: HandleOptions,
  context: Context,
): Promise<void> {
  const { page } = context
  const planned = preview.items.filter(one => one.refused === undefined && one.plan !== undefined)
  const shown = options.plans === true ? planned : planned.length <= mostPlans ? planned : []
  for (const one of preview.items) {
    page.text(said`${one.host.name}: ${one.title}`)
    if (one.refused !== undefined) page.text(said`nothing will be done: ${one.refused}`, 2)
    else page.text(said`${words[as]}${detailOf(one, as, options)}`, 2)
    if (one.needsApproval) page.text('waits for the approval of somebody else', 2)
    if (shown.includes(one) && one.plan !== undefined)
      printPlan(plainAll(await client.getAlertPlan({ params: { alert: one.alert, plan: one.plan.id } })), [], page)
  }
  if (shown.length < planned.length)
    page.text(`The plans of ${count(planned.length, 'alert')} are not shown: --plans shows them.`)
}

function detailOf(one: Preview['items'][number], as: Way, options: HandleOptions): string {
  if (as === 'block') return `: ${(one.addresses ?? []).join(', ')} for ${showDuration(options.for ?? 86_400)}`
  if (as === 'ignore' || as === 'manual' || as === 'reopen') return ''
  return one.plan === undefined
    ? ': with the plan that the host computes then'
    : `: ${count(one.plan.actions, 'action')}, plan ${one.plan.id.slice(0, 12)}`
}

async function conclude(
  center: Connected,
  answer: Awaited<ReturnType<Connected['client']['handleAlerts']>>,
  options: HandleOptions,
  context: Context,
): Promise<ExitCode> {
  const refused = answer.items.filter(one => one.refused !== undefined)
  const follow = options.follow === true && answer.task !== undefined
  if (context.json && !follow) context.print(answer)
  if (!context.json) {
    for (const one of refused) context.page.text(said`${one.host.name}: ${one.title}: not done: ${one.refused}`)
    context.page.text(
      `${count(answer.changed, 'alert')} ${answer.task === undefined ? 'changed' : `ordered: task ${answer.task}`}.`,
    )
  }
  const ended = follow && answer.task !== undefined ? await followTask(center, answer.task, context) : exitCodes.fine
  if (!follow && answer.task !== undefined && !context.json)
    context.page.text(`To follow it: ${calledAs} tasks follow ${answer.task}`)
  return refused.length > 0 ? exitCodes.left : ended
}
