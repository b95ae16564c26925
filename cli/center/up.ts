import type { RunningCenter } from '../../center/index.ts'
import type { Context } from '../context.ts'
import { defaultState } from '../default-state.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { printScan } from '../print/scan.ts'
import { calledAs, program } from '../program-name.ts'
import { lastScan } from '../state/saved-scan.ts'
import { useRoomyRuntime } from './roomy-runtime.ts'
import { type CenterRunOptions, ownState, runCenter } from './run-center.ts'
import { untilStopped } from './until-stopped.ts'
import { superviseAgent } from './up-agent.ts'
import { firstScan } from './up-scan.ts'
import { joinWords, showCenter } from './welcome.ts'

interface UpOptions extends CenterRunOptions {
  readonly agent?: boolean
}

/** Center, agent of this host and a scan of it, until it is stopped. */
export async function upCommand(options: UpOptions, given: Context): Promise<ExitCode> {
  useRoomyRuntime()
  const context = { ...given, state: ownState(given.state, defaultState) }
  const running = await runCenter({ ...options, quiet: options.log === 'text' }, context)
  const agent = options.agent === false ? undefined : await startAgent(running, context)
  if (agent !== undefined) await showScan(running, agent.host, context)
  const join = await joinWords(running)
  if (context.json) context.print(documentOf(running, join))
  else {
    showCenter(running, join, context.page)
    context.page.text(
      `${program} runs until Ctrl-C. As services: ${calledAs} center install, ${calledAs} agent install`,
    )
  }
  const again = await untilStopped(running)
  await agent?.stop()
  await running.stop({ leaveDatabase: again })
  return exitCodes.fine
}

async function startAgent(running: RunningCenter, context: Context) {
  if (process.getuid?.() !== 0) {
    context.notes.text('No agent for this host: it needs root. The center runs all the same.')
    return undefined
  }
  context.progress.show('enrolling this host')
  const agent = await superviseAgent(running, context)
  context.progress.clear()
  return agent
}

/** The scan goes the whole way: ordered here, carried out by the agent, reported to the center. */
async function showScan(running: RunningCenter, host: string, context: Context): Promise<void> {
  const trouble = await firstScan(running, host, what => context.progress.show(what))
  context.progress.clear()
  if (trouble !== undefined) return context.notes.text(`The first scan did not come through: ${trouble}`)
  const saved = lastScan(context.state, '/')
  if (saved !== undefined && !context.json) printScan(saved.scan, context.page)
}

function documentOf({ center, fingerprint, firstAdmin }: RunningCenter, join: string) {
  return {
    address: center.settings.address,
    agents: center.settings.agentAddress,
    fingerprint,
    join,
    ...(firstAdmin === undefined ? {} : { firstAdmin }),
  }
}
