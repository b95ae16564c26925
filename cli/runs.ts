import { listRuns } from '../remedies/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { findRun } from './find-run.ts'
import { printActions, printRun, stateWord } from './print/run.ts'
import { count } from './print/verdict.ts'

/** Lists runs, or shows one with each of its actions. */
export async function runsCommand(_: object, context: Context, id?: string): Promise<ExitCode> {
  if (id !== undefined) {
    const run = findRun(context.state, { id })
    if (context.json) context.print(run)
    else {
      printRun(run, context.page)
      context.page.heading('Actions')
      printActions(run.actions, context.page)
    }
    return exitCodes.fine
  }
  const runs = listRuns(context.state)
  if (context.json) context.print({ format: 'davylamp-runs', version: 1, runs })
  else if (runs.length === 0) context.page.text(`No run yet in ${context.state}.`)
  else
    context.page.table(
      runs.map(one => [
        one.id,
        stateWord(one.state),
        one.live ? 'this host' : one.root,
        `${count(one.actions.length, 'action')}, ${one.proof === undefined ? 'not proven' : `proof: ${one.proof.result}`}`,
      ]),
      0,
    )
  return exitCodes.fine
}
