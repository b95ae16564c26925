import type { ProcessFact } from '../model/index.ts'
import { factWith } from '../rulebook/index.ts'

export { factWith }

/** A process of which nothing is known but this. */
export function processFact(known: Partial<ProcessFact> = {}): ProcessFact {
  const fact = factWith({ ...known, kind: 'process' })
  if (fact.kind !== 'process') throw new Error(`a process became a ${fact.kind}`)
  return fact
}

/** A running program that no package owns, started from `path`. */
export function unownedProcess(pid: number, path: string, more: Partial<ProcessFact> = {}): ProcessFact {
  return processFact({
    pid,
    startTime: pid * 10,
    name: 'run',
    path,
    command: path,
    argv: [path],
    targets: [path],
    ownership: 'unowned',
    ...more,
  })
}
