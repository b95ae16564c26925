import { basename } from 'node:path'
import type { ProcessFact } from '../../model/index.ts'

/**
 * Whose memory is read. `doubtful`: programs without a known origin that also behave oddly or compute at length (quick scans).
 * `suspects`: every program without a known origin. `all`: everything.
 */
export type MemoryChoice = 'doubtful' | 'suspects' | 'all'

/** The processes to read, the most doubtful first, because time and bytes are bounded. */
export function memorySuspects(processes: readonly ProcessFact[], which: MemoryChoice): ProcessFact[] {
  const own = ownProcesses(processes)
  const chosen = processes.filter(fact => !fact.kernelThread && fact.path !== undefined && !own.has(fact.pid))
  const wanted = chosen.filter(
    fact => which === 'all' || isDoubtful(fact) || (which === 'suspects' && !hasOrigin(fact)),
  )
  const rank = (fact: ProcessFact) => (isDoubtful(fact) ? 0 : hasOrigin(fact) ? 2 : 1)
  return wanted.sort((a, b) => rank(a) - rank(b) || (b.cpuSeconds ?? 0) - (a.cpuSeconds ?? 0) || a.pid - b.pid)
}

/** A package brought the executable, and it is as the package says. */
function hasOrigin({ ownership, exeDeleted, exeInMemory }: ProcessFact): boolean {
  return (ownership === 'owned' || ownership === 'verified') && !exeDeleted && !exeInMemory
}

const oddPlace = /^\/(?:tmp|var\/tmp|dev|run\/(?:shm|lock))\/|\/\.[^/]|\/\s/

function isDoubtful(fact: ProcessFact): boolean {
  if (fact.hiddenFrom.length > 0 || fact.unownedLibraries.length > 0) return true
  const disguised = fact.exeInMemory || fact.kernelThreadImpostor || fact.argvMismatch
  const strange = disguised || fact.devices.length > 0 || isBusy(fact)
  if (fact.script !== undefined) return strange || oddPlace.test(fact.script)
  if (hasOrigin(fact)) return false
  return strange || fact.exeDeleted || oddPlace.test(fact.path ?? '') || (fact.matches?.length ?? 0) > 0
}

function isBusy({
  cpuPercent = 0,
  cpuSeconds = 0,
  cpuAveragePercent = 0,
  cpuSustainedSeconds = 0,
}: ProcessFact): boolean {
  return (
    (cpuPercent >= 50 && cpuSeconds >= 30) ||
    (cpuAveragePercent >= 20 && cpuSeconds >= 300) ||
    cpuSustainedSeconds >= 60
  )
}

/**
 * This program with its children, those before it that run the same executable, and others of its kind, such as an agent beside
 * this scan: they hold the rules themselves. Who merely borrows our runtime for another script is not one of them.
 */
function ownProcesses(processes: readonly ProcessFact[]): Set<number> {
  const known = new Map(processes.map(fact => [fact.pid, fact]))
  const own = new Set([process.pid])
  const self = known.get(process.pid)
  if (self === undefined) return own
  for (let fact = known.get(self.parentPid ?? 0); fact !== undefined; fact = known.get(fact.parentPid ?? 0)) {
    if (fact.path !== self.path || own.has(fact.pid)) break
    own.add(fact.pid)
  }
  const start = self.argv.slice(0, self.argv.findIndex(word => word.endsWith(mainScript())) + 1)
  for (const { pid, parentPid, path, argv, exeDeleted } of processes) {
    if (path !== self.path || exeDeleted) continue
    const alike = start.length > 1 && start.every((word, at) => word === argv[at])
    if (alike || parentPid === process.pid) own.add(pid)
  }
  return own
}

function mainScript(): string {
  return basename(process.argv[1] ?? process.execPath)
}
