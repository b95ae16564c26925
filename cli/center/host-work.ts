import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { printActions, printProof } from '../print/run.ts'
import { count } from '../print/verdict.ts'
import { calledAs } from '../program-name.ts'
import { type Connected, withCenter } from './connect.ts'
import { followTask } from './follow.ts'
import { sure } from './sure.ts'
import { groupsOf, hostOf, hostsOf, maybeOneOf } from './names.ts'
import { type ListOptions, plain, plainAll, said, showPages, when } from './show.ts'

export interface SomeHosts {
  readonly group?: readonly string[]
  readonly tag?: readonly string[]
  readonly all?: boolean
}

interface ScanOptions extends SomeHosts {
  readonly mode?: string
  readonly path?: string
  readonly cpu?: number
  readonly follow?: boolean
}

export const scanCommand = withCenter<ScanOptions>(async (center, options, context, ...names) => {
  const { cpu } = options
  const scope = await scopeOf(center, options, names)
  const mode =
    maybeOneOf('--mode', options.mode, ['quick', 'full', 'path']) ?? (options.path === undefined ? 'quick' : 'path')
  const started = await center.client.startScan({
    body: {
      scope,
      mode,
      ...(options.path === undefined ? {} : { path: options.path }),
      ...(cpu === undefined ? {} : { cpuPercent: cpu }),
    },
  })
  if (!context.json) {
    context.page.text(`Asked ${count(started.hosts, 'host')} to scan: task ${started.task}.`)
    for (const one of started.refused) context.page.text(said`${one.host}: ${one.reason}`, 2, '- ')
  }
  return ordered(center, started, options, context, started.refused.length > 0)
})

export async function scopeOf({ client }: Connected, { group, tag, all }: SomeHosts, names: readonly string[]) {
  const some = names.length > 0 || group !== undefined || tag !== undefined
  if (some === (all === true)) throw new CommandError('say which hosts: names, --group, --tag, or --all')
  return {
    ...(names.length === 0 ? {} : { hosts: await hostsOf(client, names) }),
    ...(group === undefined ? {} : { groups: await groupsOf(client, group) }),
    ...(tag === undefined ? {} : { tags: [...tag] }),
  }
}

interface Ordered {
  readonly task: string
}

/** After something was asked of hosts: to its end with --follow, else how to. */
export async function ordered(
  center: Connected,
  answer: Ordered,
  options: { readonly follow?: boolean },
  context: Context,
  refused = false,
): Promise<ExitCode> {
  if (options.follow === true) {
    const ended = await followTask(center, answer.task, context)
    return refused ? exitCodes.left : ended
  }
  if (context.json) context.print(answer)
  else context.page.text(`To follow it: ${calledAs} tasks follow ${answer.task}`)
  return refused ? exitCodes.left : exitCodes.fine
}

interface OfHost extends ListOptions {
  readonly host?: string
}

export const scansCommand = withCenter<OfHost>(async ({ client }, options, context) => {
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  await showPages(
    context,
    options,
    paging => client.listScans({ query: { host, ...paging } }),
    [
      ['at', one => when(one.startedAt)],
      ['host', one => one.host.name],
      ['verdict', one => one.verdict],
      ['incidents', one => one.incidents],
      ['findings', one => one.findings],
      ['gaps', one => one.gaps.length],
      ['mode', one => one.mode],
      ['took', one => `${(one.durationMs / 1000).toFixed(1)} s`],
    ],
    'There was no scan yet.',
  )
})

const runStates = ['running', 'complete', 'partial', 'undone', 'partly-undone'] as const

export const runsCommand = withCenter<OfHost & { is?: string }>(async ({ client }, options, context) => {
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  const state = maybeOneOf('--is', options.is, runStates)
  await showPages(
    context,
    options,
    paging => client.listRuns({ query: { host, state, ...paging } }),
    [
      ['run', one => one.id],
      ['host', one => one.host.name],
      ['state', one => one.state],
      ['proof', one => one.proof],
      ['at', one => when(one.startedAt)],
    ],
    'No plan was carried out yet.',
  )
})

export const runCommand = withCenter<object>(async ({ client }, _, context, name = '', run = '') => {
  const found = await client.getRun({ params: { host: await hostOf(client, name), run } })
  if (context.json) return context.print(found)
  context.page.text(
    said`Run ${found.id} on ${found.host.name}, ${when(found.startedAt)}: ${found.state}${found.proof === undefined ? '' : `, ${found.proof}`}`,
  )
  printActions(plainAll(found.actions), context.page)
  if (found.proven !== undefined) printProof(plainAll(found.proven), context.page)
})

export interface Changing {
  readonly yes?: boolean
  readonly follow?: boolean
}

export const undoCommand = withCenter<Changing & { action?: number }>(
  async (center, options, context, name = '', run = '') => {
    const host = await hostOf(center.client, name)
    const which = options.action === undefined ? `run ${plain(run)}` : `action ${options.action} of run ${plain(run)}`
    if (!(await sure(options, context, `Take back ${which} on ${plain(name)}? What it removed can run again.`)))
      return exitCodes.left
    const body = options.action === undefined ? {} : { action: options.action }
    return change(center, await center.client.undoRun({ params: { host, run }, body }), options, context)
  },
)

export const restoreCommand = withCenter<Changing>(async (center, options, context, name = '', entry = '') => {
  const host = await hostOf(center.client, name)
  if (!(await sure(options, context, `Put ${plain(entry)} back on ${plain(name)}, where it lay?`)))
    return exitCodes.left
  return change(center, await center.client.restoreQuarantined({ params: { host, entry } }), options, context)
})

export interface OneOrder extends Ordered {
  readonly order: string
  readonly state: string
  readonly reason?: string | undefined
}

/** Tells what became of one order that was just made, and follows it where that is wanted. */
export async function change(
  center: Connected,
  answer: OneOrder,
  options: Changing,
  context: Context,
): Promise<ExitCode> {
  const refused = answer.state === 'refused'
  if (!context.json)
    context.page.text(
      said`Order ${answer.order}: ${answer.state}${answer.reason === undefined ? '' : ` (${answer.reason})`}`,
    )
  return ordered(center, answer, refused ? {} : options, context, refused)
}

interface QuarantineOptions extends OfHost {
  readonly sha256?: string
  readonly text?: string
}

export const quarantineCommand = withCenter<QuarantineOptions>(async ({ client }, options, context) => {
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  const { sha256, text } = options
  await showPages(
    context,
    options,
    paging => client.listQuarantine({ query: { host, sha256: sha256?.toLowerCase(), text, ...paging } }),
    [
      ['entry', one => one.id],
      ['host', one => one.host.name],
      ['at', one => when(one.at)],
      ['size', one => one.size],
      ['sha256', one => one.sha256],
      ['where it lay', one => one.path],
    ],
    'Nothing lies in quarantine.',
  )
})

export const blockedCommand = withCenter<OfHost & { address?: string }>(async ({ client }, options, context) => {
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  await showPages(
    context,
    options,
    paging => client.listBlocked({ query: { host, address: options.address, ...paging } }),
    [
      ['address', one => one.address],
      ['host', one => one.host.name],
      ['until', one => when(one.expiresAt)],
      ['packets', one => one.packets],
      ['by', one => one.way],
    ],
    'No host reports a blocked address.',
  )
})
