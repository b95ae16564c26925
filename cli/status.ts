import { setTimeout as pause } from 'node:timers/promises'
import { agentFolders, type AgentStatus, loadDetectionStore, loadMetrics, loadStatus } from '../agent/index.ts'
import { serviceWords } from './agent-service.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { diskProblem } from './disk-problem.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { interruptible } from './interruptible.ts'
import { printStatus } from './print/status.ts'
import { safeText } from './print/text.ts'
import { codeOf, reasonOf } from './state/state-files.ts'
import type { StatusDocument } from './status-document.ts'
import { notesOf, problemsOf } from './status-problems.ts'

export interface StatusOptions {
  readonly prometheus?: boolean
  readonly watch?: boolean
}

const day = 86_400_000
const mostDetections = 1_000

/** How the agent of this host stands: `davylamp status`, and `davylamp agent status` all the same. */
export async function statusCommand(options: StatusOptions, context: Context): Promise<ExitCode> {
  if (options.prometheus === true && (options.watch === true || context.json))
    throw new CommandError('--prometheus is a format of its own: leave --json and --watch out.')
  if (options.watch === true) return watch(context)
  const seen = await look(context)
  if ('hidden' in seen) return sayHidden(seen.hidden, options, context)
  if (options.prometheus === true) {
    context.raw((await loadMetrics()).metricsText(seen.status))
    return exitCodes.fine
  }
  if (context.json) context.print(seen.document)
  else show(seen, context)
  return exitOf(seen)
}

interface Seen {
  readonly status: AgentStatus | undefined
  readonly document: StatusDocument
}

async function look(context: Context): Promise<Seen | { readonly hidden: string }> {
  const { readStatus } = await loadStatus()
  const { readDetections } = await loadDetectionStore()
  const folders = agentFolders(context.state)
  try {
    const now = Date.now()
    const disk = diskProblem(folders.own)
    const status = readStatus(folders, now, disk !== undefined)
    const detections = readDetections(folders.own, new Date(now - day)).slice(-mostDetections)
    const problems = [...(disk === undefined ? [] : [disk]), ...problemsOf(status, now)]
    const document = { running: false, ...status, problems, notes: notesOf(status), detections }
    return { status, document: { ...document, format: 'davylamp-status', version: 1 } as StatusDocument }
  } catch (error) {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return { hidden: reasonOf(error) }
    throw error
  }
}

function show({ status, document }: Seen, context: Context): void {
  const { page } = context
  if (status !== undefined) printStatus(status, document.detections, page, new Date().toISOString())
  const lines = [...document.problems, ...document.notes]
  if (lines.length > 0 && status !== undefined) page.line()
  for (const line of lines) page.text(safeText(line, false))
}

function exitOf({ document }: Seen): ExitCode {
  return document.problems.length === 0 ? exitCodes.fine : exitCodes.left
}

/** Only root may look into the state folder; whether the service runs, systemd tells everybody. */
async function sayHidden(why: string, { prometheus }: StatusOptions, context: Context): Promise<ExitCode> {
  const words = `The agent's own account of itself cannot be read (${why}): sensors, detections, scans, connection and what was done to it. Run this as root.`
  if (prometheus === true) throw new CommandError(words, exitCodes.notPermitted)
  const service = serviceWords()
  if (context.json)
    context.print({
      format: 'davylamp-status',
      version: 1,
      running: service === 'active',
      problems: [words],
      notes: [`systemd says of davylamp-agent: ${service}`],
      detections: [],
    } satisfies StatusDocument)
  else {
    context.page.table([['service', service]])
    context.page.text(words)
  }
  return exitCodes.notPermitted
}

const home = '\u001b[H\u001b[2J'

/** Anew each second until Ctrl-C, on a screen of its own as less(1) does it. */
async function watch(context: Context): Promise<ExitCode> {
  if (process.stdout.isTTY !== true || context.json) throw new CommandError('--watch needs a terminal, and no --json.')
  return interruptible(async signal => {
    let code: ExitCode = exitCodes.fine
    context.raw('\u001b[?1049h')
    try {
      while (!signal.aborted) {
        const seen = await look(context)
        context.raw(home)
        if ('hidden' in seen) code = await sayHidden(seen.hidden, {}, context)
        else {
          show(seen, context)
          code = exitOf(seen)
        }
        await pause(1_000, undefined, { signal }).catch(() => {})
      }
    } finally {
      context.raw('\u001b[?1049l')
    }
    return code
  })
}
