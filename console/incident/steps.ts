import type { ActionState, Outcome, Phase, Plan, PlannedAction } from '../../model/index.ts'

/** One action as people see it: planned, or with what became of it in a run. */
export interface Step {
  readonly number: number
  readonly phase: Phase
  readonly action: PlannedAction['action']
  readonly reason: string
  readonly undoable: boolean
  /** Numbers of those that must have succeeded before; empty also where no plan tells. */
  readonly dependsOn: readonly number[]
  /** Absent: nothing has been tried yet, this is a plan. */
  readonly outcome?: Outcome
  readonly detail?: string
}

export function stepsOfPlan({ actions }: Plan): readonly Step[] {
  return actions
}

/** What a run has done so far; of a run that goes on also what its plan still has to do. */
export function stepsOfRun(actions: readonly ActionState[], plan: Plan | undefined, running: boolean): readonly Step[] {
  const planned = new Map(plan?.actions.map(one => [one.number, one]))
  const done = actions.map(({ detail, ...one }) => ({
    ...one,
    dependsOn: planned.get(one.number)?.dependsOn ?? [],
    ...(detail === undefined ? {} : { detail }),
  }))
  if (!running) return done
  const told = new Set(actions.map(one => one.number))
  const ahead = [...planned.values()].filter(one => !told.has(one.number))
  return [...done, ...ahead.map(one => ({ ...one, outcome: 'planned' as const }))].toSorted(
    (a, b) => a.number - b.number,
  )
}

/** Numbers of the steps that stand on one, however far away: what is taken back with it. */
export function dependents(steps: readonly Step[], number: number): readonly number[] {
  const found = new Set([number])
  for (let grown = true; grown; ) {
    grown = false
    for (const step of steps) {
      if (found.has(step.number) || !step.dependsOn.some(one => found.has(one))) continue
      found.add(step.number)
      grown = true
    }
  }
  found.delete(number)
  return [...found].toSorted((a, b) => a - b)
}

/** A step that has been made and can be taken back. */
export function canBeUndone({ undoable, outcome }: Step): boolean {
  return undoable && (outcome === 'done' || outcome === 'prepared')
}

const settled = new Set<Outcome>(['done', 'already-done', 'changed-since', 'failed', 'skipped', 'undone'])

export function isSettled({ outcome }: Step): boolean {
  return outcome !== undefined && settled.has(outcome)
}
