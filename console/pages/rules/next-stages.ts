import { packStages } from '../../../model/api/index.ts'

export type Stage = (typeof packStages)[number]

/** Where a pack may go from a stage: further out, back, or away; a draft has nothing to withdraw. */
export function nextStages(now: Stage): readonly Stage[] {
  return packStages.filter(one => one !== now && !(one === 'withdrawn' && now === 'draft') && one !== 'draft')
}
