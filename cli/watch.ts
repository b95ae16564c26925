import { join } from 'node:path'
import { agentFolders, loadConfig, loadStatus, loadWatching, policyInForce } from '../agent/index.ts'
import type { Detection, WatchState } from '../model/index.ts'
import type { AgentConfig } from '../model/wire/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { interruptible } from './interruptible.ts'
import { mustExist } from './must-exist.ts'
import { printDetection } from './print/detection.ts'
import { count } from './print/verdict.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

interface WatchOptions {
  readonly mode?: AgentConfig['prevention']
  readonly config?: string
  readonly rules?: readonly string[]
  readonly for?: number
  readonly only?: readonly string[]
}

const root = join(import.meta.dirname, '..')

/** Listens to this host until it is ended, and tells what it notices. */
export async function watchCommand(options: WatchOptions, context: Context): Promise<ExitCode> {
  requireRoot('Watching')
  requireWritableState(context.state)
  for (const folder of options.rules ?? []) mustExist(folder)
  const folders = agentFolders(context.state, true)
  if ((await loadStatus()).readStatus(folders)?.running === true)
    throw new CommandError('the agent of this host watches already. See: davylamp status', exitCodes.notPermitted)
  const read = (await loadConfig()).readConfig(options.config ?? defaultConfig)
  const config: AgentConfig = options.mode === undefined ? read : { ...read, prevention: options.mode }
  const { policy } = policyInForce(config, undefined)
  const { Watching } = await loadWatching()
  const seen = new Map<string, Detection>()
  const watching = new Watching({
    folders,
    launcher: join(root, 'davylamp'),
    program: root,
    config: () => config,
    policy: () => policy,
    centerAddresses: async () => [],
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.only === undefined ? {} : { only: options.only }),
    onDetection: detection => {
      seen.set(detection.id, detection)
      if (context.json) context.raw(`${JSON.stringify(detection)}\n`)
      else printDetection(detection, context.page)
    },
    log: line => context.notes.text(line),
  })
  if (!context.json) introduce(watching.state(), context)
  await interruptible(signal => ended(signal, options.for))
  const state = watching.state()
  await watching.close()
  conclude(seen.size, state, context)
  return exitCodeOf(seen)
}

function exitCodeOf(seen: ReadonlyMap<string, Detection>): ExitCode {
  if (seen.size === 0) return exitCodes.fine
  return [...seen.values()].some(one => one.verdict === 'confirmed') ? exitCodes.confirmed : exitCodes.suspected
}

function ended(signal: AbortSignal, seconds: number | undefined): Promise<void> {
  return new Promise(resolve => {
    const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function introduce(state: WatchState | undefined, { page }: Context): void {
  if (state === undefined) {
    page.text('Prevention is off, so nothing is listened to: see prevention in agent.yml, or use --mode observe.')
    return
  }
  const { sensors, prevention } = state
  page.text(
    prevention.mode === 'block'
      ? 'Watching this host. What is confirmed is stopped as agent.yml allows. Ctrl-C ends it.'
      : 'Watching this host. Nothing is changed. Ctrl-C ends it.',
  )
  for (const { name, source, problem } of sensors)
    page.text(`${name}: ${source}${problem === undefined ? '' : ` (${problem})`}`, 2)
  page.line()
}

function conclude(detections: number, state: WatchState | undefined, { page, notes, json }: Context): void {
  const lost = (state?.sensors ?? []).filter(one => one.lost > 0 && one.name !== 'gate')
  const late = state?.prevention.late ?? 0
  const sentences = [
    `${count(detections, 'detection')}.`,
    ...(lost.length > 0 ? [`Not heard: ${lost.map(one => `${one.name} ${one.lost}`).join(', ')}.`] : []),
    ...(late > 0 ? [`Judged too late to be kept from starting: ${count(late, 'program')}.`] : []),
    ...(detections > 0 ? ['To see all that belongs together: davylamp scan'] : []),
  ]
  // Programs read what is on standard output.
  const where = json ? notes : page
  where.text(sentences.join(' '))
}
