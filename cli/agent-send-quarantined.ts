import { agentFolders, loadSendFile } from '../agent/index.ts'
import { agentConfig, largestSentFile, sentPartBytes } from '../model/wire/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { readOptional } from './state/state-files.ts'

interface SendOptions {
  readonly order?: string
  readonly sha256?: string
}

/** For the agent: sends one quarantined file for an order that was judged. Prints its progress as lines of JSON. */
export async function agentSendQuarantinedCommand(
  { order, sha256 }: SendOptions,
  context: Context,
  entry: string,
): Promise<ExitCode> {
  if (order === undefined || sha256 === undefined) throw new CommandError('only the agent sends files, for an order')
  const { sendQuarantinedFile, NotSent } = await loadSendFile()
  const { orders } = agentConfig.parse(JSON.parse(readOptional(agentFolders(context.state).config) ?? '{}'))
  try {
    await sendQuarantinedFile({
      state: context.state,
      order,
      entry,
      sha256,
      mostBytes: Math.min(largestSentFile, orders.mostFileMegabytes * 1_048_576),
      partBytes: sentPartBytes,
      sent: (done, total) =>
        context.raw(`${JSON.stringify({ progress: { what: 'sending a quarantined file', done, total } })}\n`),
    })
  } catch (error) {
    if (error instanceof NotSent || (error instanceof Error && error.name === 'VaultError'))
      throw new CommandError(error.message)
    throw error
  }
  return exitCodes.fine
}
