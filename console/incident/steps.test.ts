import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionState, Plan, PlannedAction } from '../../model/index.ts'
import { dependents, type Step, stepsOfRun } from './steps.ts'

const planned = (number: number, dependsOn: number[] = []): PlannedAction => ({
  number,
  phase: 'remove',
  action: { kind: 'mask-unit', name: `unit-${number}` },
  reason: 'it starts it again',
  incident: 'i',
  findings: [],
  fact: 'f',
  undoable: true,
  dependsOn,
})
const state = (number: number, outcome: ActionState['outcome']): ActionState => {
  const { phase, action, reason, undoable } = planned(number)
  return { number, phase, action, reason, undoable, outcome }
}
const planOf = (...actions: PlannedAction[]): Plan => ({
  format: 'davylamp-plan',
  version: 1,
  id: 'p',
  target: { root: '/', live: true },
  incidents: ['i'],
  actions,
  skipped: [],
  advice: [],
})
const shown = (steps: readonly Step[]) => steps.map(({ number, outcome }) => `${number} ${outcome}`)

test('a run that goes on shows what its plan still has to do, in order', () => {
  const plan = planOf(planned(1), planned(2), planned(3))
  assert.deepEqual(shown(stepsOfRun([state(2, 'done')], plan, true)), ['1 planned', '2 done', '3 planned'])
})

test('a run that ended shows what it did, with actions that were in no plan', () => {
  const plan = planOf(planned(1), planned(2))
  const steps = stepsOfRun([state(1, 'done'), state(9, 'failed')], plan, false)
  assert.deepEqual(shown(steps), ['1 done', '9 failed'])
})

test('what stands on a step is found over others, also in circles', () => {
  const steps = [planned(1), planned(2, [1]), planned(3, [2]), planned(4), planned(5, [6]), planned(6, [5])]
  assert.deepEqual(dependents(steps, 1), [2, 3])
  assert.deepEqual(dependents(steps, 4), [])
  assert.deepEqual(dependents(steps, 5), [6])
})
