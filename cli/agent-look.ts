import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Found, KnownThings } from '../agent/orders/index.ts'
import type { Incident, Plan } from '../model/index.ts'
import type { Handling, Report } from '../model/wire/index.ts'
import { inventoryChange } from './agent-inventory.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { handledPlanOf, type Look, lookAt } from './look.ts'
import type { Progress, Step } from './print/progress.ts'

export interface AgentLookOptions {
  readonly order?: string
  readonly root?: string
  readonly full?: boolean
  readonly path?: readonly string[]
  readonly cpu?: number
  readonly wholeInventory?: boolean
  readonly onlyInventory?: boolean
}

type Plans = Extract<Report, { kind: 'plans' }>['plans']

/**
 * One look for the agent: prints `{"progress":…}` and `{"report":…}` as JSON lines, the reports of model/wire/report.ts in the
 * order in which they belong into the spool. What was found and planned is on the disk before anything is printed, because an
 * order may name it as soon as the center has it.
 */
export async function agentLookCommand(options: AgentLookOptions, context: Context): Promise<ExitCode> {
  const own = join(context.state, 'agent')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const say = (line: { readonly report: Report }) => context.raw(`${JSON.stringify(line)}\n`)
  const packs = packsIn(own)
  const look = await lookAt(
    {
      root: options.root,
      full: options.full,
      path: options.path,
      cpu: options.cpu,
      ...(packs === undefined ? {} : { packs }),
    },
    { ...context, progress: progressLines(context) },
  )
  try {
    if (options.onlyInventory !== true) reportScan(look, options, own, say)
    for (const report of inventoryChange(look, own, options.wholeInventory === true)) say({ report })
  } finally {
    look.close()
  }
  return exitCodes.fine
}

function reportScan(
  look: Look,
  { order }: AgentLookOptions,
  own: string,
  say: (line: { report: Report }) => void,
): void {
  const id = randomUUID()
  const plans = plansOf(look)
  const now = new Date()
  new KnownThings(own).keep(foundIn(look, plans, now), now)
  say({ report: { kind: 'scan', id, ...(order === undefined ? {} : { order }), scan: look.scan } })
  for (const part of inParts(plans)) say({ report: { kind: 'plans', scan: id, plans: part } })
}

/** Findings with plans of their own, an incident; for others the plan is made when it is ordered. */
const mostFindings = 60
const handlings = ['terminate', 'terminate-and-quarantine', 'in-depth'] as const satisfies readonly Handling[]

/** From the trusted assessment: no rule of a center has a say in what would be done. */
function plansOf(look: Look): Plans {
  const trusted = { ...look, assessment: look.trusted }
  const plans: Plans = []
  for (const incident of trusted.assessment.incidents) {
    if (incident.verdict === 'exposure') continue
    for (const finding of [undefined, ...incident.findings.slice(0, mostFindings)])
      for (const handling of handlings) {
        const plan = handledPlanOf(trusted, [incident], { handling, finding })
        if (plan.actions.length === 0 && finding !== undefined) continue
        plans.push({ incident: incident.id, ...(finding === undefined ? {} : { finding }), handling, plan })
      }
  }
  return plans.slice(0, mostPlans)
}

const mostPlans = 2_000

function foundIn(look: Look, plans: Plans, now: Date): Found {
  const at = now.toISOString()
  return {
    incidents: look.trusted.incidents.map(one => ({
      id: one.id,
      verdict: one.verdict,
      title: one.title,
      findings: one.findings,
      addresses: addressesOf(one, plans),
      seenAt: at,
    })),
    plans: plans.map(({ plan, ...of }) => ({ kept: { id: plan.id, ...of, keptAt: at }, plan })),
  }
}

/** What the plan for the whole incident would block. */
function addressesOf(incident: Incident, plans: Plans): string[] {
  const whole = plans.find(
    one => one.incident === incident.id && one.handling === 'in-depth' && one.finding === undefined,
  )
  const { actions = [] }: Partial<Plan> = whole?.plan ?? {}
  return actions.flatMap(({ action }) => (action.kind === 'block-address' ? [action.address] : []))
}

const partBytes = 2 * 1_048_576

/** Parts that each fit into a report. */
function inParts(plans: Plans): Plans[] {
  const parts: Plans[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const one of plans) {
    const size = Buffer.byteLength(JSON.stringify(one))
    if (bytes + size > partBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(one)
    bytes += size
  }
  return parts
}

/** The folder with packs of the center, if there are any. */
function packsIn(own: string): string | undefined {
  const folder = join(own, 'packs')
  try {
    return readdirSync(folder).some(name => /\.ya?ml$/.test(name)) ? folder : undefined
  } catch {
    return undefined
  }
}

const restMs = 500

/** `{"progress":{"what":…,"done":…,"total":…}}` (see `Step`), not more often than somebody could read it. */
function progressLines(context: Context): Progress {
  let last = 0
  return {
    show(text, step = stepIn(text)) {
      if (Date.now() - last < restMs) return
      last = Date.now()
      context.raw(`${JSON.stringify({ progress: step })}\n`)
    },
    clear() {},
  }
}

/** "looking (3 of 40) cron jobs" says it in words only. */
function stepIn(text: string): Step {
  const [count = '', done = '0', total = '0'] = /\((\d+) of (\d+)\) ?/.exec(text) ?? []
  return { what: text.replace(count, ''), done: Number(done), total: Number(total) }
}
