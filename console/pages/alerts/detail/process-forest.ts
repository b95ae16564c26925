import type { Story } from './kinds.ts'

type Process = Story['processes'][number]

export interface ProcessNode {
  readonly process: Process
  readonly children: readonly ProcessNode[]
}

/** Processes below a parent that is not part of the story, or below none. */
export interface ProcessRoot {
  /** Pid of that parent. */
  readonly parent: number | undefined
  readonly children: readonly ProcessNode[]
}

/** The tree that parents make. What would be its own ancestor stands at the top. */
export function forestOf(processes: readonly Process[]): readonly ProcessRoot[] {
  const byPid = new Map(processes.map(one => [one.pid, one]))
  const placed = new Set<string>()
  const grow = (process: Process): ProcessNode => {
    placed.add(process.id)
    const children = processes.filter(one => one.parent === process.pid && !placed.has(one.id))
    return { process, children: children.map(grow) }
  }
  const tops = processes.filter(one => one.parent === undefined || !byPid.has(one.parent))
  const roots = new Map<number | undefined, ProcessNode[]>()
  for (const one of [...tops, ...processes]) {
    if (placed.has(one.id)) continue
    const parent = tops.includes(one) ? one.parent : undefined
    roots.set(parent, [...(roots.get(parent) ?? []), grow(one)])
  }
  return [...roots].map(([parent, children]) => ({ parent, children }))
}
