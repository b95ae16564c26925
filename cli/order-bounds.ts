import type { Broken } from '../agent/orders/index.ts'
import type { Action, Plan } from '../model/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { program } from './program-name.ts'

/** What the agent hands over with an order: whose it is, and what the owner of the host allows one order at most. */
export interface OrderBounds {
  readonly order?: string
  readonly limitActions?: number
  readonly neverTouch?: readonly string[]
  /** Addresses of the center. */
  readonly neverBlock?: readonly string[]
  /** The later looks are the agent's. */
  readonly agentLooksLater?: boolean
}

/** Whether the plan that is about to be carried out keeps to the bounds: checked here because only here it is the real one. */
export async function brokenByPlan(
  plan: Pick<Plan, 'actions'> | { readonly actions: readonly { readonly action: Action }[] },
  { limitActions, neverTouch }: OrderBounds,
  root = 'target' in plan ? (plan as Plan).target.root : '/',
): Promise<Broken | undefined> {
  if (limitActions === undefined && neverTouch === undefined) return undefined
  // What looks at orders is loaded for orders only.
  const { brokenBounds, realPath } = await import('../agent/orders/index.ts')
  const bounds = { mostActions: limitActions ?? Number.POSITIVE_INFINITY, neverTouch: neverTouch ?? [] }
  return brokenBounds(plan, bounds, path => realPath(path, root))
}

/** Nothing was changed; with `--json` the agent reads why. */
export function refuse({ refusal, reason }: Broken, context: Context): ExitCode {
  if (!context.json) throw new CommandError(reason, exitCodes.left)
  context.print({ format: 'davylamp-refused', version: 1, refusal, reason })
  return exitCodes.left
}

const orderPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Who did it, for the journal: the order stands there before anything is changed, so that a crash cannot part them. */
export function programFor({ order }: OrderBounds): string {
  if (order === undefined) return program
  if (!orderPattern.test(order)) throw new CommandError(`--order ${order} is no id of an order`)
  return `${program} order ${order}`
}
