import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Action, ActionState, Outcome, Plan, Run } from '../model/index.ts'
import { folderWatch } from './folder-times.ts'
import { atStep, type WritableHost } from './host.ts'
import { Journal, type JournalWatch } from './journal.ts'
import { bootId } from './processes.ts'
import { ChangedSince } from './remedy.ts'
import { linesGoneBefore, tookLine } from './taken-lines.ts'
import { remedyFor } from './remedies.ts'
import {
  folderOf,
  insertTask,
  loadRun,
  needsRunningSystem,
  type RunRecord,
  runOf,
  stateOf,
  type Task,
} from './run-record.ts'

export interface RunOptions {
  /** Told after each action, with the number of all. */
  readonly onStep?: (state: ActionState, of: number) => void
  /** Name and version, for the journal. */
  readonly program?: string
  /** Tests stop the world here. */
  readonly watch?: JournalWatch
}

/** A plan that is larger than one run may be, or was made for another kind of host. Nothing was done. */
export class PlanRefused extends Error {
  override readonly name = 'PlanRefused'
}

/** Carries out a plan, action by action, each journaled before it happens. */
export async function carryOut(plan: Plan, host: WritableHost, options: RunOptions = {}): Promise<Run> {
  if (plan.actions.length > host.limits.actions) {
    throw new PlanRefused(`${plan.actions.length} actions are more than ${host.limits.actions} (limit)`)
  }
  if (plan.target.live !== host.live) throw new PlanRefused('the plan was made for another kind of host')
  const id = newRunId()
  const folder = folderOf(host.state, id)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'plan.json'), `${JSON.stringify(plan)}\n`, { mode: 0o600, flush: true })
  const journal = new Journal(join(folder, 'journal.jsonl'), options.watch)
  try {
    journal.append({
      entry: 'run',
      version: 1,
      run: id,
      at: now(),
      plan: plan.id,
      root: host.root,
      live: host.live,
      program: options.program ?? 'davylamp',
      ...(host.live ? { boot: bootId() } : {}),
    })
    return await work(loadRun(host.state, id), host, journal, options)
  } finally {
    journal.close()
  }
}

/** Goes on with a run that was killed: what was begun is finished, what was not is tried. */
export async function resumeRun(id: string, host: WritableHost, options: RunOptions = {}): Promise<Run> {
  const record = loadRun(host.state, id)
  if (record.ended) return runOf(record)
  const journal = new Journal(join(folderOf(host.state, id), 'journal.jsonl'), options.watch)
  try {
    return await work(record, host, journal, options)
  } finally {
    journal.close()
  }
}

async function work(record: RunRecord, host: WritableHost, journal: Journal, options: RunOptions): Promise<Run> {
  for (let task = nextOf(record); task !== undefined; task = nextOf(record))
    await carryOutTask(task, record, host, journal, options)
  const run = runOf({ ...record, ended: true })
  journal.append({ entry: 'ended', result: run.state, at: now() })
  return run
}

/** One action, journaled before it happens; what became of it stands in the task. */
export async function carryOutTask(
  task: Task,
  record: RunRecord,
  host: WritableHost,
  journal: Journal,
  options: RunOptions = {},
): Promise<void> {
  const settle = (outcome: Outcome, detail?: string) => {
    journal.append({
      entry: 'outcome',
      number: task.number,
      outcome,
      ...(detail === undefined ? {} : { detail }),
      at: now(),
    })
    task.outcome = outcome
    task.detail = detail
    options.onStep?.(stateOf(task), record.tasks.length)
  }
  const rebooted = host.live && record.boot !== undefined && record.boot !== bootId()
  const obstacle = obstacleTo(task, record, host, rebooted)
  if (obstacle !== undefined) return settle(obstacle.outcome, obstacle.detail)
  const watch = folderWatch(folderOf(host.state, record.id), task.number)
  host.files.watch = watch
  await attempt(task, record, host, journal, settle)
  host.files.watch = undefined
  watch.end()
}

/** The first action in order that is not settled; those cut off by a crash come in their place. */
function nextOf(record: RunRecord): Task | undefined {
  return record.tasks.find(({ outcome }) => outcome === 'planned' || outcome === 'prepared')
}

function obstacleTo(task: Task, record: RunRecord, host: WritableHost, rebooted: boolean) {
  const { action } = task
  if (!host.live && remedyFor(action).needsLive) return { outcome: 'skipped', detail: needsRunningSystem } as const
  const ofThisBoot = ['freeze-processes', 'kill-process', 'preserve-process'].includes(action.kind)
  if (rebooted && ofThisBoot) return { outcome: 'changed-since', detail: 'the system was booted since' } as const
  if (task.outcome === 'prepared') return undefined
  const missing = task.dependsOn
    .map(number => record.tasks.find(other => other.number === number))
    .find(other => other === undefined || !succeeded(other))
  if (missing === undefined) return undefined
  return { outcome: 'skipped', detail: `action ${missing.number} did not succeed (${missing.outcome})` } as const
}

function succeeded({ outcome, detail }: Task): boolean {
  // On a tree nothing runs that would have to be stopped first.
  return outcome === 'done' || outcome === 'already-done' || (outcome === 'skipped' && detail === needsRunningSystem)
}

async function attempt(
  task: Task,
  record: RunRecord,
  host: WritableHost,
  journal: Journal,
  settle: (outcome: Outcome, detail?: string) => void,
): Promise<void> {
  const remedy = remedyFor(task.action)
  const keepUndo = (undo: unknown) => {
    journal.append({ entry: 'prepared', number: task.number, undo, at: now() })
    task.undo = { data: undo }
    task.outcome = 'prepared'
  }
  const here = atStep(host, {
    run: record.id,
    number: task.number,
    amend: keepUndo,
    linesGoneBefore: (path, line) => linesGoneBefore(record, path, line),
    tookLine: (path, text) => tookLine(record, path, text),
  })
  const tried = await outcomeOf(async () => {
    if (task.undo === undefined) {
      const readiness = await remedy.check(task.action, here)
      if (readiness.state === 'refused') return { outcome: 'skipped', detail: `refused: ${readiness.detail}` }
      if (readiness.state === 'changed-since') return { outcome: 'changed-since', detail: readiness.detail }
      if (readiness.state === 'already-done') return { outcome: 'already-done' }
      const undo = await remedy.prepare(task.action, here)
      return { undo }
    }
    return { undo: task.undo.data }
  })
  if ('outcome' in tried) {
    settle(tried.outcome, tried.detail)
    return
  }
  if (task.undo === undefined) keepUndo(tried.undo)
  const applied = await outcomeOf(async () => ({
    undo: undefined,
    added: await remedy.apply(task.action, task.undo?.data, here),
  }))
  if ('outcome' in applied) {
    settle(applied.outcome, applied.detail)
    return
  }
  for (const action of applied.added ?? []) addTask(record, task, action, journal)
  settle('done')
}

interface Settled {
  readonly outcome: Outcome
  readonly detail?: string
}

/** What a remedy throws is an outcome; the run goes on with what does not depend on it. */
async function outcomeOf<T extends { undo: unknown }>(act: () => Promise<T | Settled>): Promise<T | Settled> {
  try {
    return await act()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { outcome: error instanceof ChangedSince ? 'changed-since' : 'failed', detail }
  }
}

function addTask(record: RunRecord, cause: Task, action: Action, journal: Journal): void {
  const name = JSON.stringify(action)
  if (record.tasks.some(task => JSON.stringify(task.action) === name)) return
  const number = Math.max(...record.tasks.map(task => task.number)) + 1
  const phase = action.kind === 'preserve-process' ? 'preserve' : 'remove'
  const reason = `joined the set that action ${cause.number} froze`
  journal.append({ entry: 'added', number, phase, action, reason, at: now() })
  insertTask(record.tasks, {
    number,
    phase,
    action,
    reason,
    dependsOn: [],
    undoable: remedyFor(action).undoable,
    outcome: 'planned',
  })
}

export function newRunId(): string {
  const time = now().replace(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(2).toString('hex')}`
}

function now(): string {
  return new Date().toISOString()
}
