import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionState, JournalEntry, Plan, Run } from '../../model/index.ts'
import { readText } from '../own-files.ts'

/** Who is told of a run while it is carried out. */
export interface RunListener {
  /** It began: all that is planned. */
  begun(run: Run): void
  step(step: { run: string; plan: string; state: ActionState; of: number }): void
}

/** Reads the journal of one run as it grows (docs/journal.md). Light: the journal is our own and was checked by who wrote it. */
export class RunFollower {
  readonly #folder: string
  readonly #id: string
  readonly #listener: RunListener
  readonly #states = new Map<number, ActionState>()
  #plan: Plan | undefined
  #offset: number
  #rest = ''

  /** `silent`: what stands there already was told before. */
  constructor(state: string, id: string, listener: RunListener, silent = false) {
    this.#folder = join(state, 'runs', id)
    this.#id = id
    this.#listener = listener
    this.#offset = 0
    if (silent) this.#readOn(undefined)
  }

  /** Tells what was written since the last call. */
  look(): void {
    this.#readOn(state => {
      if (this.#plan !== undefined)
        this.#listener.step({ run: this.#id, plan: this.#plan.id, state, of: this.#states.size })
    })
  }

  #readOn(tell: ((state: ActionState) => void) | undefined): void {
    const entries = this.#entries()
    if (entries.length === 0) return
    if (this.#plan === undefined) {
      this.#plan = JSON.parse(readText(join(this.#folder, 'plan.json')) ?? '') as Plan
      for (const one of this.#plan.actions) this.#states.set(one.number, plannedState(one))
    }
    for (const entry of entries) {
      if (entry.entry === 'run' && tell !== undefined) this.#listener.begun(this.#runOf(entry))
      const state = this.#apply(entry)
      if (state !== undefined) tell?.(state)
    }
  }

  #apply(entry: JournalEntry): ActionState | undefined {
    if (entry.entry === 'added') {
      const { number, phase, action, reason } = entry
      const undoable = action.kind !== 'kill-process'
      this.#states.set(number, { number, phase, action, reason, outcome: 'planned', undoable })
      return undefined
    }
    if (entry.entry !== 'outcome' && entry.entry !== 'undone') return undefined
    const before = this.#states.get(entry.number)
    if (before === undefined) return undefined
    const { detail: _, ...rest } = before
    const outcome = entry.entry === 'outcome' ? entry.outcome : entry.outcome === 'undone' ? 'undone' : before.outcome
    const state = { ...rest, outcome, ...(entry.detail === undefined ? {} : { detail: entry.detail }) }
    this.#states.set(entry.number, state)
    return state
  }

  #runOf(entry: Extract<JournalEntry, { entry: 'run' }>): Run {
    return {
      format: 'davylamp-run',
      version: 1,
      id: this.#id,
      at: entry.at,
      plan: entry.plan,
      root: entry.root,
      live: entry.live,
      state: 'running',
      incidents: this.#plan?.incidents ?? [],
      actions: [...this.#states.values()],
    }
  }

  /** Whole lines that are new. */
  #entries(): JournalEntry[] {
    const path = join(this.#folder, 'journal.jsonl')
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size <= this.#offset) return []
    const bytes = Buffer.alloc(size - this.#offset)
    const descriptor = openSync(path, 'r')
    const read = readSync(descriptor, bytes, 0, bytes.length, this.#offset)
    closeSync(descriptor)
    const text = this.#rest + bytes.toString('latin1', 0, read)
    this.#offset += read
    const lines = text.split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.map(line => JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as JournalEntry)
  }
}

function plannedState({ number, phase, action, reason, undoable }: Plan['actions'][number]): ActionState {
  return { number, phase, action, reason, outcome: 'planned', undoable }
}

/** Ids of all runs, oldest first. */
export function runIds(state: string): string[] {
  try {
    // One that waits for its first action has no name yet (remedies/open-run.ts).
    return readdirSync(join(state, 'runs'))
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

/** The run that an order began, by the name that stands in its journal before anything was changed. */
export function runOfOrder(state: string, order: string, among: readonly string[]): string | undefined {
  return among.find(id => headOf(state, id)?.program.endsWith(` order ${order}`) === true)
}

/** Runs that the agent began by itself and that were cut off before their end, oldest first. */
export function unfinishedResponses(state: string): string[] {
  return runIds(state).filter(
    id => / response(?: [0-9a-f-]{36})?$/.test(headOf(state, id)?.program ?? '') && !hasEnded(state, id),
  )
}

/** Whether anything was taken back in a run after a time. */
export function undoneSince(state: string, run: string, since: string): boolean {
  return entriesOf(state, run).some(one => one.entry === 'undo' && one.at >= since)
}

/** Numbers of the actions of a run that were taken back. */
export function takenBack(state: string, run: string): ReadonlySet<number> {
  const numbers = entriesOf(state, run).flatMap(one =>
    one.entry === 'undone' && one.outcome === 'undone' ? [one.number] : [],
  )
  return new Set(numbers)
}

export function hasEnded(state: string, run: string): boolean {
  return entriesOf(state, run).some(one => one.entry === 'ended')
}

function headOf(state: string, id: string): Extract<JournalEntry, { entry: 'run' }> | undefined {
  const [first] = entriesOf(state, id)
  return first?.entry === 'run' ? first : undefined
}

function entriesOf(state: string, id: string): JournalEntry[] {
  try {
    const lines = readFileSync(join(state, 'runs', id, 'journal.jsonl'), 'utf8').split('\n')
    // A line that a crash cut never happened.
    return lines.slice(0, -1).map(line => JSON.parse(line) as JournalEntry)
  } catch {
    return []
  }
}
