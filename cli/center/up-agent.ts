import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { agentFolders, loadConfigEdit, loadIdentity, loadJoin } from '../../agent/index.ts'
import type { RunningCenter } from '../../center/index.ts'
import type { Context } from '../context.ts'
import { program } from '../program-name.ts'

export interface SupervisedAgent {
  /** Of this machine in the center. */
  readonly host: string
  stop(): Promise<void>
}

const launcher = join(import.meta.dirname, '..', '..', 'davylamp')
/** Who ran this long has started well. */
const healthyMs = 60_000
const longestPauseMs = 30_000

/** Enrols this machine once, and keeps an agent running that is a process of its own: what happens to one leaves the other alone. */
export async function superviseAgent(running: RunningCenter, context: Context): Promise<SupervisedAgent> {
  const address = `https://localhost:${running.gateway.port}`
  const agent = (await knownAgent(running, address, context.state)) ?? (await enrolled(running, address, context.state))
  const config = await configFile(address, context.state)
  const log = join(agentFolders(context.state).own, 'agent.log')
  const stop = keepRunning(
    ['--state', context.state, 'agent', 'run', '--config', config, `--while-parent=${process.pid}`],
    log,
    running,
  )
  const host = await running.store.tenant(running.tenant, db =>
    db.selectFrom('agent').select('host_id').where('agent_id', '=', agent).executeTakeFirstOrThrow(),
  )
  return { host: host.host_id, stop }
}

/** The identity that this machine has, if it is one of this center's and still good. */
async function knownAgent(running: RunningCenter, address: string, state: string): Promise<string | undefined> {
  const identity = (await loadIdentity()).readIdentity(agentFolders(state))
  if (identity === undefined || identity.center !== address || identity.authority !== running.fingerprint)
    return undefined
  const row = await running.store.tenant(running.tenant, db =>
    db
      .selectFrom('agent')
      .select('agent_id')
      .where('agent_id', '=', identity.agent)
      .where('state', '=', 'active')
      .executeTakeFirst(),
  )
  return row?.agent_id
}

async function enrolled(running: RunningCenter, address: string, state: string): Promise<string> {
  const { token } = await running.newToken('davylamp up', 'this machine')
  const { joinCenter } = await loadJoin()
  const identity = await joinCenter({ state, center: address, token, fingerprint: running.fingerprint, program })
  return identity.agent
}

/** Beside the agent's own things, so that /etc stays as it is. An owner's file stays as it is too. */
async function configFile(address: string, state: string): Promise<string> {
  const folder = join(state, 'up')
  const path = join(folder, 'agent.yml')
  if (existsSync(path)) return path
  const { newConfigText } = await loadConfigEdit()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(path, newConfigText(address, []), { mode: 0o600 })
  return path
}

function keepRunning(words: readonly string[], log: string, { center }: RunningCenter): () => Promise<void> {
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  const ended = (async () => {
    for (let wait = 500; !stopping.signal.aborted; wait = Math.min(wait * 2, longestPauseMs)) {
      const startedAt = Date.now()
      child = start(words, log)
      const how = await endOf(child)
      if (stopping.signal.aborted) return
      if (Date.now() - startedAt > healthyMs) wait = 500
      center.log.warn('the agent of this host ended and is started again', { how, seconds: wait / 1_000, log })
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return async () => {
    stopping.abort()
    child?.kill('SIGTERM')
    await ended
  }
}

function start(words: readonly string[], log: string): ChildProcess {
  const descriptor = openSync(log, 'a', 0o600)
  try {
    // In a group of its own: Ctrl-C is for the center, which then tells the agent.
    return spawn(launcher, words, { stdio: ['ignore', descriptor, descriptor], detached: true })
  } finally {
    closeSync(descriptor)
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`))
  })
}
