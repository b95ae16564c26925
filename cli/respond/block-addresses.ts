import type { AddressToBlock, RespondLine, RespondRequest } from '../../agent/response/index.ts'
import type { Detection, PlannedAction, Response } from '../../model/index.ts'
import { carryOut, openHost } from '../../remedies/index.ts'
import { blockPlan } from '../block.ts'
import type { Context } from '../context.ts'
import { packageOwned } from '../package-owned.ts'
import type { LeftOut } from './allowed-plan.ts'
import { addressesOf } from './named-addresses.ts'
import type { Permission } from './permission.ts'
import { programOf } from './program-of.ts'
import { responsesOf } from './responses-of.ts'
import { whenFree } from './when-free.ts'

/** As `clean` blocks what belongs to an incident. */
const usualSeconds = 86_400

/** Blocks at once what detections name or talk to, before anybody has looked at the host. */
export async function blockAtOnce(
  { detections, centers }: RespondRequest,
  permission: Permission,
  context: Context,
): Promise<RespondLine[]> {
  const lines: RespondLine[] = []
  const seen = new Set<string>()
  for (const detection of detections) {
    const wanted = addressesOf(detection)
      .filter(address => !seen.has(address))
      .map(address => ({ address, seconds: usualSeconds, because: detection.title }))
    for (const { address } of wanted) seen.add(address)
    const responses = await block(wanted, detection, { permission, context, centers })
    for (const response of responses) lines.push({ detections: [detection.id], response })
  }
  return lines
}

/** Blocks addresses that the agent has reasons of its own for. */
export async function blockNamed(
  { addresses, centers }: RespondRequest,
  permission: Permission,
  context: Context,
): Promise<RespondLine[]> {
  const responses = await block(addresses, undefined, { permission, context, centers })
  return responses.map(response => ({ detections: [], response }))
}

interface Parts {
  readonly permission: Permission
  readonly context: Context
  readonly centers: readonly string[]
}

/** One run for all of them; none where nothing is allowed. */
async function block(
  wanted: readonly AddressToBlock[],
  detection: Detection | undefined,
  { permission, context, centers }: Parts,
): Promise<Response[]> {
  const allowed: AddressToBlock[] = []
  const left: LeftOut[] = []
  for (const one of wanted) {
    const subject = { ...detection?.subject, address: one.address }
    const decision = permission.ask({ kind: 'block-address', subject })
    if (decision.may) allowed.push(one)
    else left.push({ kind: 'block-address', action: planned(one), outcome: decision.outcome, detail: decision.detail })
  }
  const since = { at: detection?.at ?? new Date().toISOString() }
  if (allowed.length === 0) return responsesOf(undefined, new Map(), left, since)
  const plan = blockPlan(allowed.map(one => ({ action: actionOf(one), reason: one.because })))
  const run = await whenFree(async () => {
    const host = openHost({ root: '/', live: true, state: context.state, ownedUnmodified: packageOwned(), centers })
    try {
      permission.use()
      return await carryOut(plan, host, { program: programOf(detection) })
    } finally {
      host.close()
    }
  })
  const kinds = new Map(plan.actions.map(one => [one.number, 'block-address' as const]))
  return responsesOf(run, kinds, left, since)
}

function planned(one: AddressToBlock): PlannedAction {
  const [action] = blockPlan([{ action: actionOf(one), reason: one.because }]).actions
  if (action === undefined) throw new Error('a plan of one action has none')
  return action
}

function actionOf({ address, seconds }: AddressToBlock): PlannedAction['action'] {
  return { kind: 'block-address', address, seconds }
}
