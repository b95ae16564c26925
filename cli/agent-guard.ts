import { createInterface } from 'node:readline'
import type { FromGuard, ToGuard } from '../agent/index.ts'
import { useSmallPages } from '../native/read/own-memory.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { GuardSession } from './guard/guard-session.ts'

/**
 * The agent's guard: JSON lines of agent/guard/messages.ts on standard input and output. It ends when its input ends, so that none
 * outlives its agent.
 */
export async function agentGuardCommand(_options: object, context: Context): Promise<ExitCode> {
  useSmallPages()
  // A Ctrl-C at the terminal is for the agent, who then closes our input.
  process.on('SIGINT', () => {})
  const session = new GuardSession(context.state, (what: FromGuard) => context.raw(`${JSON.stringify(what)}\n`))
  process.on('SIGHUP', () => session.hear({ kind: 'reload' }))
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
    session.hear(JSON.parse(line) as ToGuard)
  await session.end()
  return exitCodes.fine
}
