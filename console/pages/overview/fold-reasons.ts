import type { AnswerTo } from '../../center/index.ts'

type Reason = AnswerTo<'fleetSummary'>['reasons'][number]

/** One line for each kind of reason: hosts with one and hosts with two intrusions are both hosts with intrusions. What takes most away comes first. */
export function foldReasons(reasons: readonly Reason[]): readonly Reason[] {
  const folded = new Map<string, Reason>()
  for (const reason of reasons) {
    const before = folded.get(reason.what)
    folded.set(
      reason.what,
      before === undefined
        ? reason
        : { ...before, hosts: before.hosts + reason.hosts, points: before.points + reason.points },
    )
  }
  return [...folded.values()].sort((one, other) => other.points - one.points)
}
