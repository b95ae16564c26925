import { readlinkSync } from 'node:fs'
import { signalProcess } from '../native/write/signal.ts'
import type { ActionOf } from '../model/index.ts'
import { docker, dockerSocketOf } from './docker.ts'
import { markOf, type WritableHost } from './host.ts'
import { allProcesses, procPath, procText, readProcess, until } from './processes.ts'
import { protectedProcess } from './protected.ts'
import { alreadyDone, ChangedSince, changedSince, type Remedy, ready, refused } from './remedy.ts'
import { parentOf } from './taken-entry.ts'

interface Policy {
  readonly name: string
  readonly retries: number
}

interface Stopped {
  /** The restart policy that it had; absent where its runtime knows none. */
  readonly policy: Policy | undefined
}

const never: Policy = { name: 'no', retries: 0 }
const policyForm = /("RestartPolicy"\s*:\s*\{\s*"Name"\s*:\s*")([a-z-]*)("(?:\s*,\s*"MaximumRetryCount"\s*:\s*)?)(\d+)?/

/**
 * Stops a container and sees that nothing starts it again: its restart policy becomes `no`, through Docker's own socket
 * while Docker runs (it reads its files only when it starts, and writes over them), else in the file. Undo gives the
 * policy back and starts nothing.
 */
export const stopContainer: Remedy<'stop-container', Stopped> = {
  kind: 'stop-container',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    if (!/^[0-9a-f]{12,64}$/.test(action.id)) return refused(`${action.id} is no container id`)
    const policy = await policyOf(action, host)
    if (policy === undefined && action.runtime === 'docker') return changedSince(`container ${action.name} is gone`)
    const its = host.live ? processesOf(action.id) : []
    const guard = its.map(({ pid }) => protectedProcess(pid)).find(why => why !== undefined)
    if (guard !== undefined) return refused(guard)
    const quiet = policy === undefined || policy.name === 'no' || policy.name === ''
    return its.length === 0 && quiet ? alreadyDone : ready
  },
  async prepare(action, host) {
    return { policy: await policyOf(action, host) }
  },
  async apply(action, { policy }, host) {
    if (policy !== undefined && policy.name !== 'no') await setPolicy(action, never, host)
    if (!host.live) return undefined
    const socket = action.runtime === 'docker' ? dockerSocketOf(host) : undefined
    if (socket !== undefined && processesOf(action.id).length > 0) {
      try {
        await docker(socket, 'POST', `/containers/${action.id}/kill?signal=KILL`)
      } catch {
        // Not running any more, or Docker cannot: what is left is killed below.
      }
    }
    await until(() => processesOf(action.id).length === 0, socket === undefined ? 0 : 3_000)
    for (const { pid, startTime } of processesOf(action.id)) {
      const guard = protectedProcess(pid)
      if (guard !== undefined) throw new Error(guard)
      signalProcess(pid, 'kill', () => readProcess(pid)?.startTime === startTime)
    }
    return undefined
  },
  async undo(action, { policy }, host) {
    if (policy === undefined || policy.name === 'no') return 'undone'
    const now = await policyOf(action, host)
    if (now === undefined) return { changedSince: `container ${action.name} is gone` }
    if (now.name !== policy.name && now.name !== 'no') {
      return { changedSince: `container ${action.name} has another restart policy now: ${now.name}` }
    }
    await setPolicy(action, policy, host)
    return 'undone'
  },
}

/** Everything in the container's cgroup, and everything in the pid namespaces that only those are in. */
function processesOf(id: string) {
  const all = allProcesses()
  const named = new RegExp(`(?:^|[/:-])${id}[0-9a-f]*(?:\\.scope)?(?:/|$)`, 'm')
  const within = all.filter(({ pid }) => named.test(procText(pid, 'cgroup') ?? ''))
  const ours = new Set([namespaceOf('self'), namespaceOf(1)])
  const spaces = new Set(
    within.map(({ pid }) => namespaceOf(pid)).filter(space => space !== undefined && !ours.has(space)),
  )
  const pids = new Set(within.map(({ pid }) => pid))
  return all.filter(({ pid, state }) => state !== 'Z' && (pids.has(pid) || spaces.has(namespaceOf(pid))))
}

function namespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(procPath(pid, 'ns/pid'))
  } catch {
    return undefined
  }
}

function configurationOf({ path }: ActionOf<'stop-container'>): string {
  return `${parentOf(path)}/hostconfig.json`
}

async function policyOf(action: ActionOf<'stop-container'>, host: WritableHost): Promise<Policy | undefined> {
  if (action.runtime !== 'docker') return undefined
  const socket = dockerSocketOf(host)
  if (socket !== undefined) {
    const reply = await docker(socket, 'GET', `/containers/${action.id}/json`)
    return reply === undefined ? undefined : policyIn(reply)
  }
  return policyIn(host.files.read(configurationOf(action))?.toString('latin1') ?? '')
}

function policyIn(text: string): Policy | undefined {
  const found = policyForm.exec(text)
  return found === null ? undefined : { name: found[2] || 'no', retries: Number(found[4] ?? 0) }
}

async function setPolicy(action: ActionOf<'stop-container'>, policy: Policy, host: WritableHost): Promise<void> {
  const socket = dockerSocketOf(host)
  if (socket !== undefined) {
    const wanted = { RestartPolicy: { Name: policy.name, MaximumRetryCount: policy.retries } }
    await docker(socket, 'POST', `/containers/${action.id}/update`, wanted)
    return
  }
  const path = configurationOf(action)
  const bytes = host.files.read(path)
  const metadata = host.files.inspect(path)
  if (bytes === undefined || metadata === undefined) throw new ChangedSince(`${path} is gone`)
  // One character a byte, so that only the policy changes.
  const text = bytes
    .toString('latin1')
    .replace(
      policyForm,
      (_, before, _name, after, retries) =>
        `${before}${policy.name}${after}${retries === undefined ? '' : policy.retries}`,
    )
  await host.files.replace(path, Buffer.from(text, 'latin1'), metadata, markOf(host.step))
}
