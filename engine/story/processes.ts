import type { AlertStory } from '../../model/api/index.ts'
import type { FactOf, IdentifiedFact, Level } from '../../model/index.ts'
import { shortened } from './label.ts'
import { instant } from './moments.ts'

type Process = FactOf<'process'> & { readonly id: string }
type Role = 'member' | 'context'
type Shown = AlertStory['processes'][number]

const mostProcesses = 200

/** The processes of an incident with their known ancestors, parents before their children. */
export function processesOf(
  members: readonly IdentifiedFact[],
  context: readonly IdentifiedFact[],
  levels: ReadonlyMap<string, Level>,
): Shown[] {
  const known = new Map<number, { process: Process; role: Role }>()
  const add = (facts: readonly IdentifiedFact[], role: Role) => {
    for (const one of facts)
      if (one.kind === 'process' && !known.has(one.pid)) known.set(one.pid, { process: one, role })
  }
  add(members, 'member')
  add(context, 'context')
  const all = [...known.values()].map(one => one.process).toSorted(byStart)
  const children = Map.groupBy(all, one => one.parentPid ?? 0)
  const shown: Shown[] = []
  const seen = new Set<number>()
  const show = (process: Process) => {
    // A host can claim processes that are each other's parents.
    if (seen.has(process.pid) || shown.length >= mostProcesses) return
    seen.add(process.pid)
    shown.push(shownProcess(process, known.get(process.pid)?.role ?? 'context', levels.get(process.id)))
    for (const child of children.get(process.pid) ?? []) show(child)
  }
  for (const one of all) if (!known.has(one.parentPid ?? 0)) show(one)
  for (const one of all) show(one)
  return shown
}

function shownProcess(process: Process, role: Role, level: Level | undefined): Shown {
  const startedAt = process.startedAt === undefined ? undefined : instant(process.startedAt)
  const cpu = process.cpuAveragePercent ?? process.cpuPercent
  return {
    id: process.id,
    pid: Math.trunc(process.pid),
    ...(process.parentPid === undefined ? {} : { parent: Math.trunc(process.parentPid) }),
    command: shortened(process.command || process.name, 1_000),
    ...(process.path === undefined ? {} : { executable: shortened(process.path, 1_000) }),
    ...(process.user === undefined ? {} : { user: process.user }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(cpu === undefined ? {} : { cpuPercent: cpu }),
    role,
    ...(level === undefined ? {} : { level }),
  }
}

function byStart(a: Process, b: Process): number {
  return a.startTime - b.startTime || a.pid - b.pid
}
