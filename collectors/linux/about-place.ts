import type { FileStat, Target } from '../../target/index.ts'
import { factTime } from './fact-time.ts'

const dayMs = 86_400_000

/** What facts say of the file they were read from. */
export interface AboutPlace {
  readonly modified: string
  readonly attributes: ('immutable' | 'append')[]
  /** Days from the newest of its times to now. */
  readonly ageDays: number
}

export function aboutPlace(target: Target, path: string): AboutPlace {
  const stat = target.files.stat(path)
  return {
    modified: factTime(stat?.modifiedMs ?? 0),
    attributes: stat ? target.files.attributes(path) : [],
    ageDays: stat ? ageDays(target, stat) : 0,
  }
}

function ageDays(target: Target, { modifiedMs, changedMs, createdMs = 0 }: FileStat): number {
  const newest = Math.max(Math.min(modifiedMs, target.now), changedMs, createdMs)
  return Math.max(0, Math.round(((target.now - newest) / dayMs) * 10) / 10)
}
