import type { Context } from '../context.ts'
import { defaultState } from '../default-state.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { useRoomyRuntime } from './roomy-runtime.ts'
import { type CenterRunOptions, ownState, runCenter } from './run-center.ts'
import { untilStopped } from './until-stopped.ts'
import { joinWords, showCenter } from './welcome.ts'

/** Runs a center until it is stopped. */
export async function serveCommand(options: CenterRunOptions, given: Context): Promise<ExitCode> {
  useRoomyRuntime()
  const context = { ...given, state: ownState(given.state, defaultState) }
  const running = await runCenter(options, context)
  const join = running.firstAdmin === undefined ? undefined : await joinWords(running)
  if (context.json)
    context.print({
      address: running.center.settings.address,
      agents: running.center.settings.agentAddress,
      fingerprint: running.fingerprint,
      ...(running.firstAdmin === undefined ? {} : { firstAdmin: running.firstAdmin }),
    })
  else showCenter(running, join, context.page)
  const again = await untilStopped(running)
  await running.stop({ leaveDatabase: again })
  return exitCodes.fine
}
