import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { findRun } from './find-run.ts'
import { keptLooks, lookIsOver } from './later-looks.ts'
import { printRun } from './print/run.ts'
import { proveRun, readBefore } from './proof-of-run.ts'
import { requireWritableState } from './state/permission.ts'

export interface ProveOptions {
  readonly watch?: number
  readonly root?: string
  readonly look?: boolean
  readonly fullPriority?: boolean
}

/** Looks again at what a run removed, with new eyes. */
export async function proveCommand(options: ProveOptions, context: Context, id?: string): Promise<ExitCode> {
  const run = findRun(context.state, { id, root: options.root })
  requireWritableState(context.state)
  const before = readBefore(context.state, run)
  const laterLooks = keptLooks(run, context)
  const watchSeconds = options.watch ?? (run.live ? 60 : 0)
  const look = { ...(options.fullPriority === undefined ? {} : { fullPriority: options.fullPriority }) }
  const proof = await proveRun(run, before, { watchSeconds, look, laterLooks }, context)
  if (options.look === true) await lookIsOver(run, context)
  if (context.json) context.print(proof)
  else printRun({ ...run, proof }, context.page)
  return proof.result === 'clean' ? exitCodes.fine : exitCodes.left
}
