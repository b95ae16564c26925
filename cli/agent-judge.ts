import { readFileSync } from 'node:fs'
import { takeOrder, takeRequest } from '../agent/orders/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** For the agent: one request of `takeRequest` on standard input, one `Taken` as JSON on standard output. */
export async function agentJudgeCommand(_: object, context: Context): Promise<ExitCode> {
  const parsed = takeRequest.safeParse(requestOf(readFileSync(0, 'utf8')))
  if (!parsed.success) throw new CommandError('standard input is no request of the agent')
  const { report, accepted } = takeOrder(context.state, parsed.data)
  context.raw(`${JSON.stringify({ report, accepted })}\n`)
  return exitCodes.fine
}

function requestOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('standard input is no JSON')
  }
}
