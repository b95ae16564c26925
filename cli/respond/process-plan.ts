import { canonicalHash } from '../../engine/index.ts'
import type { Action, Detection, Phase, Plan, ProcessName } from '../../model/index.ts'
import { startTimeOf } from './start-time.ts'

/** Ends the one process of a detection; undefined when it is not there any more, or the detection names none exactly. */
export function processPlan({ subject, title }: Detection, root: string): Plan | undefined {
  const { pid, startTime, path, command = '' } = subject
  if (pid === undefined || startTime === undefined || startTimeOf(pid) !== startTime) return undefined
  const process: ProcessName = { pid, startTime, path, command }
  const steps: [Phase, Action][] = [
    ['freeze', { kind: 'freeze-processes', processes: [process], follow: { paths: [], sha256: [] } }],
    ['preserve', { kind: 'preserve-process', process }],
    ['remove', { kind: 'kill-process', process }],
  ]
  const body: Omit<Plan, 'id'> = {
    format: 'davylamp-plan',
    version: 1,
    target: { root, live: true },
    incidents: [],
    actions: steps.map(([phase, action], at) => ({
      number: at + 1,
      phase,
      action,
      reason: title,
      incident: '',
      findings: [],
      fact: '',
      undoable: action.kind !== 'kill-process',
      dependsOn: [],
    })),
    skipped: [],
    advice: [],
  }
  return { ...body, id: canonicalHash(body) }
}
