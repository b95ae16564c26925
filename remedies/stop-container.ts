import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { signalProcess } from '../native/write/signal.ts'
import type { ActionOf } from '../model/index.ts'
import { markOf, type WritableHost } from './host.ts'
import { allProcesses, procText, readProcess } from './processes.ts'
import { protectedProcess } from './protected.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'
import { parentOf } from './taken-entry.ts'

interface Stopped {
  /** The policy that Docker's host configuration had. */
  readonly policy: string | undefined
}

const dockerSocket = '/run/docker.sock'
const policyForm = /("RestartPolicy"\s*:\s*\{\s*"Name"\s*:\s*")([a-z-]*)(")/

/**
 * Stops a container and sees that nothing starts it again: its restart policy becomes `no`, through Docker's own socket
 * while Docker runs (which would overwrite its file), else in the file. Undo gives the policy back and starts nothing.
 */
export const stopContainer: Remedy<'stop-container', Stopped> = {
  kind: 'stop-container',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    if (!/^[0-9a-f]{12,64}$/.test(action.id)) return refused(`${action.id} is no container id`)
    const policy = policyOf(action, host)
    if (policy === undefined && action.runtime === 'docker') return changedSince(`container ${action.name} is gone`)
    const still = (host.live ? processesOf(action.id) : []).length === 0
    return still && (policy === undefined || policy === 'no' || policy === '') ? alreadyDone : ready
  },
  async prepare(action, host) {
    return { policy: policyOf(action, host) }
  },
  async apply(action, { policy }, host) {
    if (policy !== undefined && policy !== 'no') await setPolicy(action, 'no', host)
    if (!host.live) return undefined
    for (const { pid, startTime } of processesOf(action.id)) {
      const guard = protectedProcess(pid)
      if (guard !== undefined) throw new Error(guard)
      signalProcess(pid, 'kill', () => readProcess(pid)?.startTime === startTime)
    }
    return undefined
  },
  async undo(action, { policy }, host) {
    if (policy === undefined || policy === 'no') return 'undone'
    if (policyOf(action, host) === undefined) return { changedSince: `container ${action.name} is gone` }
    await setPolicy(action, policy, host)
    return 'undone'
  },
}

function processesOf(id: string) {
  return allProcesses().filter(({ pid }) => procText(pid, 'cgroup')?.includes(id) === true)
}

function configurationOf({ path }: ActionOf<'stop-container'>): string {
  return `${parentOf(path)}/hostconfig.json`
}

function policyOf(action: ActionOf<'stop-container'>, host: WritableHost): string | undefined {
  if (action.runtime !== 'docker') return undefined
  return policyForm.exec(host.files.read(configurationOf(action))?.toString('utf8') ?? '')?.[2]
}

async function setPolicy(action: ActionOf<'stop-container'>, policy: string, host: WritableHost): Promise<void> {
  if (host.live && existsSync(dockerSocket)) {
    await askDocker(`/containers/${action.id}/update`, { RestartPolicy: { Name: policy } })
    return
  }
  const path = configurationOf(action)
  const bytes = host.files.read(path)
  const metadata = host.files.inspect(path)
  if (bytes === undefined || metadata === undefined) throw new Error(`${path} is gone`)
  // One character a byte, so that only the policy changes.
  const text = bytes.toString('latin1').replace(policyForm, (_, before, __, after) => `${before}${policy}${after}`)
  await host.files.replace(path, Buffer.from(text, 'latin1'), metadata, markOf(host.step))
}

/** One call of the Docker Engine API over its local socket. */
function askDocker(path: string, body: unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'Content-Type': 'application/json' }
  const call = request({ socketPath: dockerSocket, path, method: 'POST', headers, timeout: 15_000 }, reply => {
    reply.resume()
    reply.on('end', () => {
      if ((reply.statusCode ?? 500) < 300) resolve()
      else reject(new Error(`Docker answered ${reply.statusCode} to ${path}`))
    })
  })
  call.on('timeout', () => call.destroy(new Error('Docker did not answer')))
  call.on('error', reject)
  call.end(JSON.stringify(body))
  return promise
}
