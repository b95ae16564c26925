import type { Run } from '../model/index.ts'
import { listRuns, showRun } from '../remedies/index.ts'
import { CommandError } from './command-error.ts'
import { calledAs } from './program-name.ts'

/** A run by its id or the first letters of it; without an id the last one that fits. */
export function findRun(state: string, id: string | undefined, fits: (run: Run) => boolean = () => true): Run {
  const all = listRuns(state)
  if (id === undefined) {
    const last = all.findLast(fits)
    if (last === undefined) throw new CommandError(`there is no such run in ${state}`)
    return last
  }
  const found = all.filter(one => one.id.startsWith(id))
  const [only] = found
  // A run whose journal is broken is not in the list: then this says what is wrong with it.
  if (only === undefined) return showRun(state, id)
  if (found.length > 1) throw new CommandError(`${found.length} runs begin with ${id}: ${calledAs} runs lists them`)
  return only
}
