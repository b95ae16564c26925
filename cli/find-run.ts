import { resolve } from 'node:path'
import type { Run } from '../model/index.ts'
import { listRuns, showRun } from '../remedies/index.ts'
import { CommandError } from './command-error.ts'
import { calledAs } from './program-name.ts'

/** Which run a command is about. */
export interface RunChoice {
  /** The first letters are enough. */
  readonly id?: string | undefined
  /** Only runs on this tree. */
  readonly root?: string | undefined
}

/** A run by its id; without one the last that fits. */
export function findRun(state: string, { id, root }: RunChoice, fits: (run: Run) => boolean = () => true): Run {
  const all = listRuns(state).filter(one => root === undefined || resolve(one.root) === resolve(root))
  if (id === undefined) {
    const last = all.findLast(fits)
    if (last === undefined) throw new CommandError(`there is no such run in ${state}`)
    return last
  }
  const found = all.filter(one => one.id.startsWith(id))
  const [only] = found
  // A run whose journal is broken is not in the list: then this says what is wrong with it.
  if (only === undefined && root === undefined) return showRun(state, id)
  if (only === undefined) throw new CommandError(`no run on ${root} begins with ${id}: ${calledAs} runs lists them`)
  if (found.length > 1) throw new CommandError(`${found.length} runs begin with ${id}: ${calledAs} runs lists them`)
  return only
}
