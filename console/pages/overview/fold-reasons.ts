import type { AnswerTo } from '../../center/index.ts'

type Reason = AnswerTo<'fleetSummary'>['reasons'][number]

/**
 * One line for each kind of reason: hosts with one and hosts with two intrusions are both hosts with intrusions. What takes most away comes
 * first. The points are those that it takes from the mean of `hosts` hosts.
 */
export function foldReasons(reasons: readonly Reason[], hosts: number): readonly Reason[] {
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
  return [...folded.values()]
    .map(one => ({ ...one, points: one.points / hosts }))
    .sort((one, other) => other.points - one.points)
}
