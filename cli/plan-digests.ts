import { canonicalHash } from '../engine/index.ts'
import type { Plan, PlannedAction } from '../model/index.ts'
import { fromFact, type Target } from '../target/index.ts'

/**
 * Adds the content's digest to actions whose facts had none (a unit's own file is an autostart, not a file fact), so that
 * each names its object exactly.
 */
export function withDigests(plan: Plan, target: Target): Plan {
  const actions = plan.actions.map(one => withDigest(one, target))
  if (actions.every((one, at) => one === plan.actions[at])) return plan
  const { id: _, ...body } = { ...plan, actions }
  return { ...body, id: canonicalHash(body) }
}

function withDigest(planned: PlannedAction, target: Target): PlannedAction {
  const { action } = planned
  if (action.kind !== 'remove-unit' && action.kind !== 'quarantine-file') return planned
  if (action.sha256 !== undefined) return planned
  const path = fromFact(action.path, action.pathBytes)
  if (target.files.lstat(path)?.type !== 'file') return planned
  const sha256 = target.files.digest(path)?.sha256
  return sha256 === undefined ? planned : { ...planned, action: { ...action, sha256 } }
}
