import type { Silent } from './ports.ts'

export interface Silence {
  readonly silent: readonly Silent[]
  /** All of this group; `undefined` with several hosts: a large part of all. */
  readonly group?: string
}

/** Agents of a group that are online now. */
export type OnlineByGroup = ReadonlyMap<string, number>

const most = 0.2
const least = 10

/**
 * What to tell people of the agents of one tenant that fell silent: one alarm when more than a fifth and at least ten of those that were
 * online are, one for each group (of two or more) of which all are, and one for each other.
 */
export function gather(silent: readonly Silent[], online: OnlineByGroup): Silence[] {
  const stillOnline = [...online.values()].reduce((sum, count) => sum + count, 0)
  if (silent.length >= least && silent.length > most * (silent.length + stillOnline)) return [{ silent }]
  const groups = Map.groupBy(silent, one => one.agent.group)
  return [...groups].flatMap(([group, members]): Silence[] =>
    members.length > 1 && (online.get(group) ?? 0) === 0
      ? [{ silent: members, group }]
      : members.map(one => ({ silent: [one] })),
  )
}
