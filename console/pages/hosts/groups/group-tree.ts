import type { z } from 'zod'
import type { groupObject } from '../../../../model/api/index.ts'

export type GroupObject = z.infer<typeof groupObject>

export interface GroupInTree {
  readonly group: GroupObject
  /** 0: stands at the top. */
  readonly depth: number
  /** Hosts in it and in all groups below. */
  readonly hosts: number
}

/** Groups in the order of a tree, each below its parent. Those whose parent one may not see stand at the top. */
export function groupTree(groups: readonly GroupObject[]): readonly GroupInTree[] {
  const seen = new Set(groups.map(({ id }) => id))
  const children = Map.groupBy(groups, ({ parent }) => (parent !== undefined && seen.has(parent) ? parent : undefined))
  const listed: GroupInTree[] = []
  add(undefined, 0)
  return listed

  function add(parent: string | undefined, depth: number): number {
    let hosts = 0
    for (const group of children.get(parent) ?? []) {
      const place = listed.length
      listed.push({ group, depth, hosts: 0 })
      const all = group.hosts + add(group.id, depth + 1)
      listed[place] = { group, depth, hosts: all }
      hosts += all
    }
    return hosts
  }
}

/** Ids of a group and of all below it: none of them can become its parent. */
export function withinGroup(groups: readonly GroupObject[], group: string): ReadonlySet<string> {
  const within = new Set([group])
  for (const { group: one } of groupTree(groups))
    if (one.parent !== undefined && within.has(one.parent)) within.add(one.id)
  return within
}
