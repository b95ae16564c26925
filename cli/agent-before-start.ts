import { loadTrial } from '../agent/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

export async function agentBeforeStartCommand(_: object, context: Context): Promise<ExitCode> {
  const { beforeStart } = await loadTrial()
  beforeStart(context.state)
  return exitCodes.fine
}
