import type { CenterOrderState, OrderObject, RunObject } from '../../model/api/index.ts'
import type { ActionState, Proof } from '../../model/index.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { describeAction } from '../print/action.ts'
import { printProof } from '../print/run.ts'
import { count } from '../print/verdict.ts'
import { calledAs } from '../program-name.ts'
import { bellOf, hasEnded } from './order-bell.ts'
import type { Connected } from './connect.ts'
import { gathered, plainAll, said } from './show.ts'
import { ToldProgress } from './told-progress.ts'

/** Steps are told of so many hosts at most; of more, only what became of each. */
const mostWithSteps = 10
/** The proof follows the end of the order; after so many looks without one there is none. */
const looksForProof = 6

interface Told {
  readonly states: Map<string, CenterOrderState>
  readonly steps: Map<string, string>
}

/**
 * Tells what hosts do for a task until all of its orders have ended, with the proof of each run. Exit status 30 when something
 * was not done or not proven. With --json: one document at the end.
 */
export async function followTask(center: Connected, task: string, context: Context): Promise<ExitCode> {
  const told: Told = { states: new Map(), steps: new Map() }
  const stop = new AbortController()
  const progress = new ToldProgress(context)
  const bell = bellOf(center, stop.signal, context.json ? undefined : change => progress.hear(change))
  try {
    for (;;) {
      const { items } = await gathered(paging => center.client.listOrders({ query: { task, ...paging } }), {
        all: true,
      })
      progress.know(items)
      context.progress.clear()
      if (!context.json) await tell(center, items, told, context)
      if (items.every(one => hasEnded(one.state))) return await conclude(center, task, items, context)
      if (items.every(one => hasEnded(one.state) || one.state === 'waiting-approval')) return waits(items, context)
      await bell.rung()
    }
  } finally {
    stop.abort()
    context.progress.clear()
  }
}

async function tell(
  { client }: Connected,
  orders: readonly OrderObject[],
  told: Told,
  context: Context,
): Promise<void> {
  for (const order of orders) {
    const before = told.states.get(order.id)
    if (order.run !== undefined && orders.length <= mostWithSteps && (before === undefined || !hasEnded(before))) {
      const { steps } = await client.getOrder({ params: { order: order.id } })
      for (const step of steps) tellStep(order, step, told, context)
    }
    if (before === order.state) continue
    told.states.set(order.id, order.state)
    context.page.text(
      said`${order.host.name}: ${order.kind} ${order.state}${order.reason === undefined ? '' : ` – ${order.reason}`}`,
    )
  }
}

function tellStep(order: OrderObject, step: ActionState, told: Told, context: Context): void {
  const key = `${order.id} ${step.number}`
  if (step.outcome === 'planned' || step.outcome === 'prepared' || told.steps.get(key) === step.outcome) return
  told.steps.set(key, step.outcome)
  const { action, detail } = plainAll(step)
  context.page.text(
    `${describeAction(action)}${detail === undefined ? '' : ` – ${detail}`}`,
    2,
    `${String(step.number).padStart(3)}  ${step.outcome}  `,
  )
}

/** Somebody else must act first. */
function waits(orders: readonly OrderObject[], context: Context): ExitCode {
  const waiting = orders.filter(one => one.state === 'waiting-approval')
  if (context.json) context.print({ orders, runs: [] })
  else
    context.page.text(
      `${count(waiting.length, 'order')} ${waiting.length === 1 ? 'waits' : 'wait'} for the approval of somebody else: ${calledAs} approve ${waiting
        .slice(0, 5)
        .map(one => one.id)
        .join(' ')}`,
    )
  return exitCodes.left
}

type ProvenRun = RunObject & { readonly actions: readonly ActionState[]; readonly proven?: Proof | undefined }

async function conclude(
  center: Connected,
  task: string,
  orders: readonly OrderObject[],
  context: Context,
): Promise<ExitCode> {
  const runs: ProvenRun[] = []
  for (const order of orders)
    if (order.run !== undefined && order.kind === 'clean') runs.push(...(await provenRun(center, order)))
  if (context.json) context.print({ task, orders, runs })
  else {
    for (const run of runs) tellProof(run, context)
    const done = orders.filter(one => one.state === 'done').length
    context.page.text(`${done} of ${count(orders.length, 'order')} done.`)
  }
  const good = orders.every(one => one.state === 'done') && runs.every(one => one.proof === 'clean')
  return good ? exitCodes.fine : exitCodes.left
}

async function provenRun({ client }: Connected, order: OrderObject): Promise<ProvenRun[]> {
  for (let look = 0; ; look++) {
    const run = await client.getRun({ params: { host: order.host.id, run: order.run ?? '' } }).catch(() => undefined)
    if (run?.proven !== undefined || look >= looksForProof) return run === undefined ? [] : [run]
    const pause = Promise.withResolvers<void>()
    setTimeout(pause.resolve, 1_000)
    await pause.promise
  }
}

function tellProof(run: ProvenRun, context: Context): void {
  context.page.heading(said`${run.host.name}: run ${run.id}`)
  context.page.text(said`${run.state}, ${run.proof === undefined ? 'not proven' : `proof: ${run.proof}`}`, 2)
  if (run.proven !== undefined) printProof(plainAll(run.proven), context.page)
}
