import { defaultPolicy } from '../../../model/wire/index.ts'
import type { AnswerTo } from '../../center/index.ts'

export type HostGroup = AnswerTo<'listGroups'>['items'][number]
export type Policy = NonNullable<HostGroup['policy']>

export interface PolicyInForce {
  readonly policy: Policy
  /** The group that gives it; absent: nobody set one. */
  readonly from: HostGroup | undefined
}

/** The policy of a group: its own, else that of the nearest group above that has one, else that of the program. */
export function policyOf(group: HostGroup, all: readonly HostGroup[]): PolicyInForce {
  const seen = new Set<string>()
  for (let at: HostGroup | undefined = group; at !== undefined && !seen.has(at.id); ) {
    if (at.policy !== undefined) return { policy: at.policy, from: at }
    seen.add(at.id)
    const parent: string | undefined = at.parent
    at = all.find(one => one.id === parent)
  }
  return { policy: defaultPolicy, from: undefined }
}
