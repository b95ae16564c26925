import type { Run } from '../model/index.ts'
import { resumeRun } from '../remedies/index.ts'
import { withWritableHost } from './carry-out.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { findRun } from './find-run.ts'
import { keptLooks } from './later-looks.ts'
import { lookAt } from './look.ts'
import { printRun } from './print/run.ts'
import { proveRun, readBefore } from './proof-of-run.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

/** Goes on with a run that was cut off, and proves it. */
export async function resumeCommand(
  options: { watch?: number; root?: string; agentLooksLater?: boolean },
  context: Context,
  id?: string,
): Promise<ExitCode> {
  const begun = findRun(context.state, { id, root: options.root }, one => one.state === 'running')
  if (begun.live) requireRoot('resume')
  requireWritableState(context.state)
  const before = readBefore(context.state, begun)
  const look = await lookAt({ ...(begun.live ? {} : { root: begun.root }), save: false }, context)
  look.close()
  const run = await withWritableHost(look, context, (host, told) => resumeRun(begun.id, host, told))
  const watchSeconds = options.watch ?? (run.live ? 60 : 0)
  const laterLooks = keptLooks(run, context, options.agentLooksLater)
  const proof = await proveRun(run, before, { watchSeconds, look: {}, laterLooks }, context)
  const proven: Run = { ...run, proof }
  if (context.json) context.print(proven)
  else printRun(proven, context.page)
  return proof.result === 'clean' ? exitCodes.fine : exitCodes.left
}
