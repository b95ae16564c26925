import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Action, ActionState, Phase, Plan, Run } from '../model/index.ts'
import { syncFolder } from '../native/own-file.ts'
import type { WritableHost } from './host.ts'
import { Journal } from './journal.ts'
import { bootId } from './processes.ts'
import { remedyFor } from './remedies.ts'
import { carryOutTask, newRunId } from './run.ts'
import { folderOf, type RunRecord, runOf, stateOf, type Task } from './run-record.ts'

/** A run whose actions are not known when it begins. Its journal is open, so that nothing has to be made before the first one. */
export interface OpenRun {
  readonly id: string
  readonly actions: number
  /** Journals the action and carries it out; never throws for what a remedy says. One at a time. */
  act(action: Action, phase: Phase, reason: string): Promise<ActionState>
  /** Undefined for a run in which nothing was done: it leaves nothing behind. */
  end(): Run | undefined
}

/**
 * Makes a run ready in `STATE/runs/.next-NAME`, where no list of runs looks; with its first action it gets its own name. `plan` has
 * no actions. What an earlier one of that name left unused is thrown away.
 */
export function prepareRun(host: WritableHost, name: string, plan: Plan, program: string): OpenRun {
  const id = newRunId()
  const waiting = join(host.state, 'runs', `.next-${name}`)
  const folder = folderOf(host.state, id)
  rmSync(waiting, { recursive: true, force: true })
  mkdirSync(waiting, { recursive: true, mode: 0o700 })
  writeFileSync(join(waiting, 'plan.json'), `${JSON.stringify(plan)}\n`, { mode: 0o600, flush: true })
  const journal = new Journal(join(waiting, 'journal.jsonl'))
  const at = new Date().toISOString()
  const boot = host.live ? bootId() : undefined
  const { root, live } = host
  journal.append({
    entry: 'run',
    version: 1,
    run: id,
    at,
    plan: plan.id,
    root,
    live,
    program,
    ...(boot === undefined ? {} : { boot }),
  })
  const tasks: Task[] = []
  const record: RunRecord = {
    ...{ id, at, plan: plan.id, root, live, boot, incidents: plan.incidents, tasks },
    ended: false,
    state: host.state,
  }
  const begin = () => {
    renameSync(waiting, folder)
    syncFolder(dirname(folder))
  }
  return {
    id,
    get actions() {
      return tasks.length
    },
    async act(action, phase, reason) {
      if (tasks.length === 0) begin()
      const number = tasks.length + 1
      const { undoable } = remedyFor(action)
      const task: Task = { number, phase, action, reason, dependsOn: [], undoable, outcome: 'planned' }
      journal.append({ entry: 'added', number, phase, action, reason, at: new Date().toISOString() })
      tasks.push(task)
      await carryOutTask(task, record, host, journal)
      return stateOf(task)
    },
    end() {
      if (tasks.length === 0) {
        journal.close()
        rmSync(waiting, { recursive: true, force: true })
        return undefined
      }
      const run = runOf({ ...record, ended: true })
      journal.append({ entry: 'ended', result: run.state, at: new Date().toISOString() })
      journal.close()
      return run
    },
  }
}
