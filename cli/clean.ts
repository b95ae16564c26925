import type { Plan, Run } from '../model/index.ts'
import { carryOut } from '../remedies/index.ts'
import { agreed, canAsk } from './ask.ts'
import { withWritableHost } from './carry-out.ts'
import { chosenPlan, type PlanChoice, readPlan } from './choose-plan.ts'
import { sameReading } from './content-options.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { installLooks, plannedLooks } from './later-looks.ts'
import { type Look, type LookOptions, lookAt } from './look.ts'
import { brokenByPlan, type OrderBounds, refuse } from './order-bounds.ts'
import { printPlan } from './print/plan.ts'
import { printRun } from './print/run.ts'
import { printScan } from './print/scan.ts'
import { calledAs } from './program-name.ts'
import { keepBefore, proveRun } from './proof-of-run.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

export interface CleanOptions extends LookOptions, PlanChoice, OrderBounds {
  readonly yes?: boolean
  readonly plan?: string
  readonly watch?: number
  readonly laterLooks?: boolean
}

/** Looks, shows the plan, asks, carries it out, proves it. */
export async function cleanCommand(options: CleanOptions, context: Context): Promise<ExitCode> {
  if (options.root === undefined || options.root === '/') requireRoot('clean')
  // Whoever cleans waits for it, and a watchdog must not be faster: no stepping back here.
  const look = await lookAt({ ...options, fullPriority: true }, context)
  const plan = options.plan === undefined ? chosenPlan(look, options) : readPlan(options.plan, look.root, look.live)
  look.close()
  const broken = await brokenByPlan(plan, options)
  if (broken !== undefined) return refuse(broken, context)
  if (plan.actions.length === 0) return nothingToDo(look, plan, options, context)
  if (options.yes !== true) {
    if (context.json) context.print(plan)
    else printPlan(plan, look.scan.incidents, context.page)
    if (!(await mayProceed(context))) return exitCodes.left
  }
  requireWritableState(context.state)
  const run = await withWritableHost(look, context, (host, told) => carryOut(plan, host, told), options)
  const before = keepBefore(context, run.id, plan, look.scan.incidents)
  const laterLooks =
    options.laterLooks === true
      ? await installLooks(run, look, context)
      : plannedLooks(run, options.agentLooksLater === true)
  const watchSeconds = options.watch ?? (look.live ? 60 : 0)
  const proof = await proveRun(
    run,
    before,
    { watchSeconds, look: { ...options, fullPriority: true }, laterLooks },
    context,
  )
  const proven: Run = { ...run, proof }
  if (context.json) context.print(proven)
  else printRun(proven, context.page)
  return proof.result === 'clean' ? exitCodes.fine : exitCodes.left
}

async function mayProceed(context: Context): Promise<boolean> {
  if (context.json) return false
  if (!canAsk()) {
    context.page.text(`Nothing was changed. To carry this out: ${calledAs} clean --yes`)
    return false
  }
  const yes = await agreed('Proceed?')
  if (!yes) context.page.text('Nothing was changed.')
  return yes
}

/** No run is begun; with --json and --yes the answer still is a run, without actions. */
function nothingToDo(look: Look, plan: Plan, options: CleanOptions, context: Context): ExitCode {
  const run = emptyRun(look, plan)
  if (context.json) context.print(options.yes === true ? run : plan)
  else {
    printScan(look.scan, context.page, sameReading(options))
    if (plan.incidents.length > 0) printPlan(plan, look.scan.incidents, context.page)
  }
  return run.proof?.result === 'clean' ? exitCodes.fine : exitCodes.left
}

function emptyRun(look: Look, plan: Plan): Run {
  const at = new Date().toISOString()
  const left = look.scan.incidents.some(one => one.verdict !== 'exposure')
  const blind = look.live && look.scan.gaps.some(one => one.what === 'processes' || one.what === 'autostarts')
  return {
    format: 'davylamp-run',
    version: 1,
    id: 'none',
    at,
    plan: plan.id,
    root: look.scan.target.root,
    live: look.live,
    state: 'complete',
    incidents: [],
    actions: [],
    proof: {
      format: 'davylamp-proof',
      version: 1,
      run: 'none',
      at,
      result: left ? 'left' : blind || look.scan.offlineScan !== undefined ? 'unproven' : 'clean',
      checked: [],
      respawned: [],
      watchedSeconds: 0,
      remains: look.scan.incidents.map(one => ({
        what: `${one.verdict}: ${one.title}`,
        why: one.summary[0] ?? one.title,
        advice:
          one.verdict === 'suspected'
            ? 'Decide, then: clean --include suspected'
            : (one.entryPoints[0]?.advice ?? 'Nothing of it can be removed here.'),
      })),
      gaps: look.scan.gaps,
      laterLooks: [],
    },
  }
}
