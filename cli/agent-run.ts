import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  agentFolders,
  agreeTo,
  loadAgent,
  loadIdentity,
  loadLog,
  loadNotify,
  loadProgramHome,
  loadReleaseKey,
  loadTrial,
  loadUpgrade,
  loadWatching,
  loadWorker,
  type Agent,
  type AgentOptions,
  type LogFormat,
} from '../agent/index.ts'
import type { AgentConfig } from '../model/wire/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { serviceWords, systemStops } from './agent-service.ts'
import { localTeller } from './agent-teller.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { safeText } from './print/text.ts'
import { tidyOwnMemory, useSmallPages } from '../native/read/own-memory.ts'
import { program, version } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

interface RunOptions {
  readonly config?: string
  readonly notifySocket?: string
  readonly whileParent?: string
  readonly only?: readonly string[]
  readonly logFormat?: LogFormat
}

/** Less than TimeoutStopSec of the unit: afterwards systemd ends what is left of the service. */
const servicePatienceMs = 70_000
const settledMs = 10_000
const tidyEveryMs = 2 * 60_000
const root = join(import.meta.dirname, '..')
const launcher = join(root, 'davylamp')

export async function agentRunCommand(options: RunOptions, context: Context): Promise<ExitCode> {
  requireRoot('The agent')
  requireWritableState(context.state)
  useSmallPages()
  const log = (await loadLog()).openLog({
    format: options.logFormat ?? 'auto',
    safe: line => safeText(line, false),
    write: text => void process.stderr.write(text),
  })
  agreeToUnpacked(context.state)
  const { Agent, AgentBusy } = await loadAgent()
  const { makeWorker } = await loadWorker()
  const { Watching } = await loadWatching()
  const trial = (await loadTrial()).upgradeTrial(context.state, root)
  const { releaseKeys } = await loadReleaseKey()
  const { replaceableHome } = await loadProgramHome()
  const tellService = await serviceTeller(options.notifySocket)
  const { config: path = defaultConfig, only } = options
  let notify: AgentConfig['notify'] = []
  try {
    const agent = await Agent.start({
      state: context.state,
      program,
      launcher,
      readConfig: async () => {
        const config = await configFromChild(path)
        notify = config.notify
        return config
      },
      makeWorker,
      makeWatching: parts =>
        new Watching({ ...parts, launcher, program: root, ...(only === undefined ? {} : { only }) }),
      upgrade: order => upgradeFor(context.state, order),
      replaceable: () => releaseKeys().length > 0 && replaceableHome(root) !== undefined,
      teller: localTeller(() => notify, log),
      log,
      ...(trial === undefined ? {} : { trial }),
      ...(tellService === undefined ? {} : { tellService, patienceMs: servicePatienceMs }),
    })
    obeySignals(agent, tellService !== undefined)
    staySmall()
    if (options.whileParent !== undefined) stopWithParent(agent, Number(options.whileParent))
    log(`${program} stopped: ${await agent.ended}`)
    return exitCodes.fine
  } catch (error) {
    if (error instanceof AgentBusy) throw new CommandError(error.message, exitCodes.notPermitted)
    throw error
  }
}

/** A program in one file made its folder anew since the agent last looked, from what its hash vouches for: that is nobody's attack. */
function agreeToUnpacked(state: string): void {
  const { own } = agentFolders(state)
  const made = statSync(join(root, '.boot'), { throwIfNoEntry: false })
  const looked = statSync(join(own, 'own-files.json'), { throwIfNoEntry: false })
  if (made !== undefined && looked !== undefined && made.ctimeMs > looked.mtimeMs) agreeTo(own, [root])
}

/** What beginning took is given back when everything has begun, and then what came together since. */
function staySmall(): void {
  const tidy = () => {
    // An agent that is killed does not leave what it compiled to the next one.
    flushCompileCache()
    tidyOwnMemory()
  }
  setTimeout(tidy, settledMs).unref()
  setInterval(tidy, tidyEveryMs).unref()
}

function obeySignals(agent: Agent, service: boolean): void {
  // Whoever stops the agent alone has no shutdown to hide behind.
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (service && serviceWords() === 'active') agent.signalled(signal)
      void agent.stop(systemStops() ? 'shutdown' : 'restart')
    })
  process.on('SIGHUP', () => void agent.reload())
}

/** A parent that was killed could not say that its agent is no longer wanted. */
function stopWithParent(agent: Agent, parent: number): void {
  setInterval(() => {
    if (process.ppid !== parent) void agent.stop('restart')
  }, 1_000).unref()
}

/** The schemas and the YAML parser that this needs are larger than the agent, so a child reads the file. */
async function configFromChild(path: string): Promise<AgentConfig> {
  try {
    const words = ['--json', 'agent', 'check-config', path]
    const { stdout } = await promisify(execFile)(launcher, words, { timeout: 60_000, maxBuffer: 4_194_304 })
    return JSON.parse(stdout) as AgentConfig
  } catch (error) {
    const said = error instanceof Error ? String(Reflect.get(error, 'stderr') || error.message) : String(error)
    throw new CommandError(said.replace(/^davylamp: /, '').trim())
  }
}

async function upgradeFor(state: string, order: Parameters<AgentOptions['upgrade']>[0]): Promise<void> {
  const folders = agentFolders(state)
  const identity = (await loadIdentity()).readIdentity(folders)
  if (identity === undefined) throw new Error('this host has no center')
  const { releaseKeys } = await loadReleaseKey()
  await (await loadUpgrade()).upgrade(order, {
    folders,
    identity,
    program: root,
    running: version,
    keys: releaseKeys(),
  })
}

async function serviceTeller(socket: string | undefined): Promise<AgentOptions['tellService']> {
  if (socket === undefined || socket === '') return undefined
  const { notifySystemd } = await loadNotify()
  return (state, words) => {
    const what = { ready: ['READY=1'], alive: ['WATCHDOG=1'], stopping: ['STOPPING=1'] }[state]
    notifySystemd(socket, ...what, `STATUS=${words}`)
  }
}
