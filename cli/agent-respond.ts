import { join } from 'node:path'
import { HourLedger, hostClock, type RespondLine } from '../agent/response/index.ts'
import { sharedPlaces } from '../rulebook/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { blockAtOnce, blockNamed } from './respond/block-addresses.ts'
import { blockListed } from './respond/block-listed.ts'
import { handleIncidents } from './respond/handle-incidents.ts'
import { Permission } from './respond/permission.ts'
import { readRequest } from './respond/read-request.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

/** For the agent: reads a `RespondRequest` from standard input, does what may be done by itself, and prints a `RespondLine` for each response. */
export async function agentRespondCommand({ root }: { root?: string }, context: Context): Promise<ExitCode> {
  const request = readRequest()
  if (root === undefined) requireRoot('a response')
  requireWritableState(context.state)
  if (request.step === 'listed') {
    context.raw(`${JSON.stringify({ listed: await blockListed(request, hostClock().boot, context) })}\n`)
    return exitCodes.fine
  }
  const writer = request.step === 'incident' ? 'incident' : 'addresses'
  const ledger = new HourLedger(join(context.state, 'agent'), writer)
  const permission = new Permission(request, ledger, sharedPlaces())
  const lines: readonly RespondLine[] =
    request.step === 'incident'
      ? await handleIncidents(request, permission, { root }, context)
      : request.step === 'block'
        ? await blockNamed(request, permission, context)
        : await blockAtOnce(request, permission, context)
  for (const line of lines) context.raw(`${JSON.stringify(line)}\n`)
  return exitCodes.fine
}
