import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Action,
  type ActionState,
  type Outcome,
  type Phase,
  phases,
  plan as planSchema,
  proof as proofSchema,
  type Run,
} from '../model/index.ts'
import { JournalError, readJournal } from './journal.ts'
import { remedyFor } from './remedies.ts'

/** One action of a run on its way. */
export interface Task {
  readonly number: number
  readonly phase: Phase
  readonly action: Action
  readonly reason: string
  readonly dependsOn: readonly number[]
  readonly undoable: boolean
  outcome: Outcome
  detail?: string | undefined
  /** Set once undo data is on the disk. */
  undo?: { readonly data: unknown }
}

/** A run as its plan and journal add up to it, in the order of its work. */
export interface RunRecord {
  readonly id: string
  readonly at: string
  readonly plan: string
  readonly root: string
  readonly live: boolean
  readonly boot: string | undefined
  readonly incidents: readonly string[]
  readonly tasks: Task[]
  readonly ended: boolean
  readonly state: string
}

export const needsRunningSystem = 'needs a running system'

/** No run of this id, or one that never began. */
export class NoSuchRun extends Error {
  override readonly name = 'NoSuchRun'
}

export function folderOf(state: string, id: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) throw new NoSuchRun(`no run ${id}`)
  return join(state, 'runs', id)
}

export function loadRun(state: string, id: string): RunRecord {
  const folder = folderOf(state, id)
  const bytes = readOptional(join(folder, 'plan.json'))
  const journal = join(folder, 'journal.jsonl')
  if (bytes === undefined || readOptional(journal) === undefined) throw new NoSuchRun(`no run ${id}`)
  const plan = planSchema.parse(JSON.parse(bytes))
  const entries = readJournal(journal)
  const [first] = entries
  if (first === undefined) throw new NoSuchRun(`run ${id} never began`)
  if (first.entry !== 'run') throw new JournalError(`${journal} does not begin with its run`)
  const tasks: Task[] = plan.actions.map(({ number, phase, action, reason, dependsOn, undoable }) => ({
    number,
    phase,
    action,
    reason,
    dependsOn,
    undoable: undoable && remedyFor(action).undoable,
    outcome: 'planned',
  }))
  let ended = false
  for (const entry of entries) {
    if (entry.entry === 'ended') ended = true
    if (entry.entry === 'run' || entry.entry === 'ended') continue
    if (entry.entry === 'added') {
      const { number, phase, action, reason } = entry
      const undoable = remedyFor(action).undoable
      insertTask(tasks, { number, phase, action, reason, dependsOn: [], undoable, outcome: 'planned' })
      continue
    }
    const task = tasks.find(({ number }) => number === entry.number)
    if (task === undefined)
      throw new JournalError(`${journal} tells of an action ${entry.number} that the plan has not`)
    if (entry.entry === 'prepared') {
      task.undo = { data: entry.undo }
      task.outcome = 'prepared'
    } else if (entry.entry === 'outcome') {
      task.outcome = entry.outcome
      task.detail = entry.detail
    } else if (entry.entry === 'undone') {
      if (entry.outcome === 'undone') task.outcome = 'undone'
      task.detail = entry.detail
    }
  }
  const { at, root, live, boot } = first
  return { id, at, plan: plan.id, root, live, boot, incidents: plan.incidents, tasks, ended, state }
}

/** Behind the last action of its kind in its phase, else at the end of the phase. */
export function insertTask(tasks: Task[], task: Task): void {
  const alike = tasks.findLastIndex(other => other.phase === task.phase && other.action.kind === task.action.kind)
  const within = tasks.findLastIndex(other => phases.indexOf(other.phase) <= phases.indexOf(task.phase))
  tasks.splice((alike === -1 ? within : alike) + 1, 0, task)
}

/** A run with what became of each action. */
export function showRun(state: string, id: string): Run {
  return runOf(loadRun(state, id))
}

/** All runs, oldest first; one whose journal cannot be read is left out. */
export function listRuns(state: string): Run[] {
  return namesIn(join(state, 'runs'))
    .sort()
    .flatMap(id => {
      try {
        return [showRun(state, id)]
      } catch {
        return []
      }
    })
}

export function runOf(record: RunRecord): Run {
  const proof = readOptional(join(folderOf(record.state, record.id), 'proof.json'))
  const parsed = proof === undefined ? undefined : proofSchema.safeParse(JSON.parse(proof))
  return {
    format: 'davylamp-run',
    version: 1,
    id: record.id,
    at: record.at,
    plan: record.plan,
    root: record.root,
    live: record.live,
    state: summary(record),
    incidents: [...record.incidents],
    actions: record.tasks.map(stateOf),
    ...(parsed?.success ? { proof: parsed.data } : {}),
  }
}

export function stateOf({ number, phase, action, reason, outcome, detail, undoable }: Task): ActionState {
  return { number, phase, action, reason, outcome, ...(detail === undefined ? {} : { detail }), undoable }
}

function summary({ tasks, ended }: RunRecord): Run['state'] {
  if (
    tasks.some(({ outcome }) => outcome === 'undone') ||
    (ended && tasks.every(({ outcome }) => outcome === 'planned'))
  ) {
    return tasks.some(mayBeUndone) ? 'partly-undone' : 'undone'
  }
  if (!ended) return 'running'
  const fine = tasks.every(
    ({ outcome, detail }) =>
      outcome === 'done' || outcome === 'already-done' || (outcome === 'skipped' && detail === needsRunningSystem),
  )
  return fine ? 'complete' : 'partial'
}

/** Something of it may be on the host, and it can be taken back. */
export function mayBeUndone({ outcome, undo, undoable }: Task): boolean {
  return undoable && undo !== undefined && (outcome === 'done' || outcome === 'prepared' || outcome === 'failed')
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
