import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fetchAuthority } from '../../agent/join-authority.ts'
import type { Role } from '../../model/api/index.ts'
import { firstAdmin, invite, type Person } from '../center/person.ts'
import { until } from '../center/until.ts'
import { rangeImpossible } from '../range/machine.ts'
import { freePorts, startCenterProcess } from '../verify/load/center-process.ts'
import { ThinAgent } from '../verify/load/thin-agent.ts'
import { answerOrders } from './answering-host.ts'
import { healthOf } from './answering-now.ts'
import type { RecordedHost } from './record.ts'
import { withChain } from './with-chain.ts'

/** A real center with hosts whose reports were recorded on real ones, people of every role, and groups. */
export interface SeededCenter {
  readonly address: string
  readonly state: string
  readonly admin: Person
  readonly people: Readonly<Record<Role, Person>>
  readonly agents: ReadonlyMap<string, ThinAgent>
  /** Ids of hosts by name. */
  readonly hosts: ReadonlyMap<string, string>
  /** A server that is not there yet: `enrol` it with a token, then `connect`. It answers orders like web-01. */
  newServer(name: string): ThinAgent
  close(): Promise<void>
}

const recording = join(import.meta.dirname, '..', '..', '.cache', 'console', 'recorded.json')

/** Why no hosts can be recorded here; `undefined`: they can, or were. */
export function seedImpossible(): string | undefined {
  return existsSync(recording) ? undefined : rangeImpossible()
}

/** Recorded once and kept (about 80 seconds): what real hosts reported in ranges. */
export function recordedHosts(): readonly RecordedHost[] {
  if (!existsSync(recording)) {
    const script = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'record.ts'),
      recording,
    ]
    const done = spawnSync('unshare', ['-m', '-n', ...script], { stdio: ['ignore', 'inherit', 'inherit'] })
    if (done.status !== 0) throw new Error('the hosts could not be recorded')
  }
  return JSON.parse(readFileSync(recording, 'utf8')) as RecordedHost[]
}

const groups: Readonly<Record<string, readonly string[]>> = {
  Web: ['web-01', 'web-02'],
  Databases: ['db-01', 'cache-01'],
  Build: ['ci-01'],
}
const names = { viewer: 'vera', operator: 'otto', responder: 'rita', approver: 'ada' } as const

/** `packages`: a folder in the place of that which belongs to this checkout. */
export async function openSeededCenter({ packages }: { readonly packages?: string } = {}): Promise<SeededCenter> {
  const recorded = recordedHosts().map(withChain)
  const state = mkdtempSync(join(tmpdir(), 'davylamp-console-'))
  const ports = await freePorts()
  const center = await startCenterProcess(state, ports, [], packages === undefined ? [] : ['--packages', packages])
  const agents = new Map<string, ThinAgent>()
  const close = async () => {
    for (const agent of agents.values()) agent.leave()
    await center.end('SIGTERM')
    rmSync(state, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const { listening } = center
    const admin = await firstAdmin(listening)
    const people = { admin } as Record<Role, Person>
    for (const [role, name] of Object.entries(names) as [keyof typeof names, string][])
      people[role] = await invite(admin, listening, name, role)
    const root = (await admin.api.listGroups()).items[0]?.id ?? ''
    const groupIds = new Map<string, string>()
    for (const name of Object.keys(groups))
      groupIds.set(name, (await admin.api.createGroup({ body: { name, parent: root } })).id)
    const authority = await fetchAuthority(new URL(listening.agents), listening.fingerprint)
    const hosts = new Map<string, string>()
    for (const [index, host] of recorded.entries()) {
      const group = Object.keys(groups).find(name => groups[name]?.includes(host.name)) ?? ''
      const { token } = await admin.api.createEnrolmentToken({
        body: { group: groupIds.get(group) ?? root, name: host.name },
      })
      const agent = new ThinAgent(host.name, { port: ports.agents, own: `127.0.0.${10 + index}`, authority })
      agents.set(host.name, agent)
      await agent.enrol(token)
      answerOrders(agent, host)
      // One has an older program, one an owner who allows less than the center asks, and some let the center upgrade them.
      if (host.name !== 'db-01') agent.capabilities.push('report-processes', 'scan:full', 'scan:path')
      if (host.name.startsWith('web-')) agent.capabilities.push('upgrade', 'upgrade:allowed')
      agent.connect()
      const health = healthOf(host.name === 'ci-01' ? ['scans take at most 10 % of a core, not 30 %'] : [])
      for (const report of [...host.reports, health]) agent.report(JSON.stringify(report), Date.now())
      await until('its reports are stored', () => agent.made > 0 && agent.acknowledged === agent.made, {
        explain: () => [...agent.failures, ...agent.rejected, center.log().slice(-2_000)].join('\n'),
      })
      const id = (await admin.api.getAgent({ params: { agent: agent.agent } })).host.id
      hosts.set(host.name, id)
      await admin.api.updateHost({
        params: { host: id },
        body: { region: index < 3 ? 'eu-central-1' : 'ap-southeast-1', owner: 'platform', tags: ['linux'] },
      })
    }
    const address = listening.address
    const newServer = (name: string) => {
      const agent = new ThinAgent(name, { port: ports.agents, own: `127.0.0.${10 + agents.size}`, authority })
      agents.set(name, agent)
      const like = recorded[0]
      if (like !== undefined) answerOrders(agent, like)
      return agent
    }
    return { address, state, admin, people, agents, hosts, newServer, close }
  } catch (error) {
    await close()
    throw error
  }
}

export const checkout = dirname(dirname(import.meta.dirname))
