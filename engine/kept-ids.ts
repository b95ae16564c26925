import type { IdentifiedFact } from '../model/index.ts'
import { shortHash } from './identity.ts'

/** An incident of an earlier scan, as the state folder keeps it. */
export interface EarlierIncident {
  readonly id: string
  /** Fact ids of its members. */
  readonly members: readonly string[]
}

type Facts = ReadonlyMap<string, IdentifiedFact>

/** The id of an incident and those that went into it. */
export interface KeptId {
  readonly id: string
  readonly mergedFrom: string[]
}

/**
 * Each incident keeps the id of the earlier one that it shares most with; the others that it shares something with were
 * merged into it. Where an earlier incident fell apart, its id stays with the largest part.
 */
export function keptIds(
  groups: readonly Facts[],
  earlier: readonly EarlierIncident[],
  findingsOf: (fact: IdentifiedFact) => readonly string[],
): KeptId[] {
  const pairs = groups.flatMap((group, index) => {
    const ids = new Set([...group.values()].map(one => one.id))
    return earlier.map(({ id, members }) => ({ index, id, count: members.filter(one => ids.has(one)).length }))
  })
  const shared = pairs
    .filter(one => one.count > 0)
    .sort((a, b) => b.count - a.count || a.index - b.index || (a.id < b.id ? -1 : 1))
  const taken = new Map<string, number>()
  const given = new Map<number, string>()
  for (const { index, id } of shared) {
    if (taken.has(id) || given.has(index)) continue
    taken.set(id, index)
    given.set(index, id)
  }
  return groups.map((group, index) => {
    const id = given.get(index) ?? newId(group, findingsOf)
    const others = shared.filter(one => one.index === index && one.id !== id && !taken.has(one.id)).map(one => one.id)
    return { id, mergedFrom: [...new Set(others)].sort() }
  })
}

function newId(group: Facts, findingsOf: (fact: IdentifiedFact) => readonly string[]): string {
  const facts = [...group.values()]
  const [seed] = facts.flatMap(findingsOf).sort()
  return shortHash(['incident', seed ?? facts[0]?.id])
}
