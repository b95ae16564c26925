import { join } from 'node:path'
import type { Action, ActionState, Run } from '../model/index.ts'
import { folderTimes } from './folder-times.ts'
import { atStep, type WritableHost } from './host.ts'
import { Journal, type JournalWatch } from './journal.ts'
import { remedyFor } from './remedies.ts'
import type { Undone } from './remedy.ts'
import { folderOf, loadRun, mayBeUndone, type RunRecord, runOf, stateOf, type Task } from './run-record.ts'

export interface UndoOptions {
  /** Only this action and those that depend on it. */
  readonly action?: number
  readonly onStep?: (state: ActionState, of: number) => void
  readonly watch?: JournalWatch
}

/** What an undo would do, for the reader before it is done. */
export interface UndoPreview {
  /** In the order in which they are taken back. */
  readonly actions: readonly ActionState[]
  /** What can run or get in again afterwards. */
  readonly warnings: readonly string[]
}

export function previewUndo(state: string, id: string, action?: number): UndoPreview {
  const tasks = chosen(loadRun(state, id), action)
  return { actions: tasks.map(stateOf), warnings: tasks.flatMap(warningOf) }
}

/** Takes back a run, or one of its actions with all that depend on it. What is undone already stays so. */
export async function undoRun(
  id: string,
  host: WritableHost,
  options: UndoOptions = {},
): Promise<{ run: Run; warnings: readonly string[] }> {
  const record = loadRun(host.state, id)
  const tasks = chosen(record, options.action)
  const warnings = tasks.flatMap(warningOf)
  if (tasks.length === 0 && record.ended) return { run: runOf(record), warnings }
  const journal = new Journal(join(folderOf(host.state, id), 'journal.jsonl'), options.watch)
  try {
    for (const task of tasks) await takeBack(task, record, host, journal, options, tasks.length)
    const run = runOf({ ...record, ended: true })
    if (options.action === undefined) journal.append({ entry: 'ended', result: run.state, at: now() })
    return { run, warnings }
  } finally {
    journal.close()
  }
}

async function takeBack(
  task: Task,
  record: RunRecord,
  host: WritableHost,
  journal: Journal,
  options: UndoOptions,
  of: number,
): Promise<void> {
  const { number } = task
  journal.append({ entry: 'undo', number, at: now() })
  const step = { run: record.id, number, amend: () => {}, linesGoneBefore: () => 0, tookLine: () => false }
  const giveTimesBack = folderTimes(folderOf(host.state, record.id), number, host)
  const result = await resultOf(() => remedyFor(task.action).undo(task.action, task.undo?.data, atStep(host, step)))
  if (result.outcome === 'undone') giveTimesBack()
  journal.append({ entry: 'undone', number, ...result, at: now() })
  if (result.outcome === 'undone') task.outcome = 'undone'
  task.detail = result.detail
  options.onStep?.(stateOf(task), of)
}

interface Result {
  readonly outcome: 'undone' | 'changed-since' | 'failed' | 'final'
  readonly detail?: string
}

async function resultOf(undo: () => Promise<Undone>): Promise<Result> {
  try {
    const result = await undo()
    if (typeof result === 'string') return { outcome: result }
    return { outcome: 'changed-since', detail: result.changedSince }
  } catch (error) {
    return { outcome: 'failed', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** Last first. */
function chosen(record: RunRecord, action: number | undefined): Task[] {
  if (action === undefined) return record.tasks.filter(mayBeUndone).reverse()
  const first = record.tasks.find(({ number }) => number === action)
  if (first === undefined) throw new Error(`run ${record.id} has no action ${action}`)
  const wanted = new Set([first])
  for (const task of record.tasks) {
    if ([...wanted].some(earlier => isAfter(record, task, earlier) && dependsOn(task, earlier))) wanted.add(task)
  }
  return record.tasks.filter(task => wanted.has(task) && mayBeUndone(task)).reverse()
}

function isAfter({ tasks }: RunRecord, task: Task, earlier: Task): boolean {
  return tasks.indexOf(task) > tasks.indexOf(earlier)
}

/** By the plan, or because it later took away the file or directory in which the earlier one worked. */
function dependsOn(task: Task, earlier: Task): boolean {
  if (task.dependsOn.includes(earlier.number)) return true
  const [place, its] = [pathOf(task.action), pathOf(earlier.action)]
  if (place === undefined || its === undefined || task.action.kind !== 'quarantine-file') return false
  return place === its || its.startsWith(`${place}/`)
}

function pathOf(action: Action): string | undefined {
  return 'path' in action ? action.path : undefined
}

function warningOf({ number, action }: Task): string[] {
  const again = rearms(action)
  return again === undefined ? [] : [`action ${number}: ${again}`]
}

/** What taking an action back lets happen again. */
function rearms(action: Action): string | undefined {
  switch (action.kind) {
    case 'remove-line':
    case 'replace-line':
      return `the line in ${action.path} takes effect again`
    case 'mask-unit':
    case 'remove-unit':
      return `${action.name} can be started again`
    case 'quarantine-file':
      return `${action.path} can be run or read again`
    case 'restore-command':
      return `the impostor at ${action.path} is in force again`
    case 'lock-account':
    case 'remove-account':
      return `${action.name} can log in again`
    case 'freeze-processes':
      return 'frozen processes that were not killed run on'
    case 'block-address':
      return `${action.address} can be reached again`
    case 'stop-container':
      return `container ${action.name} may be restarted`
    default:
      return undefined
  }
}

function now(): string {
  return new Date().toISOString()
}
