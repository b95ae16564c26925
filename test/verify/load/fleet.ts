import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchAuthority } from '../../../agent/join-authority.ts'
import { Agents } from './agents.ts'
import { type CenterProcess, freePorts, type Listening, startCenterProcess } from './center-process.ts'
import type { Figures } from './figures.ts'
import { time } from './figures.ts'
import { clientWith, tokensOfAdmin } from './people.ts'
import { loadAverage } from './process-cost.ts'

/** A real center with the simulated agents of its fleet. */
export interface Fleet {
  readonly count: number
  readonly state: string
  readonly agents: Agents
  readonly listening: Listening
  /** API tokens of the administrator; each may ask 600 times a minute. */
  readonly tokens: readonly string[]
  center(): CenterProcess
  /** Ends the center and starts it again at once; gives the milliseconds until it listens. */
  restart(signal: NodeJS.Signals): Promise<number>
  end(): Promise<void>
}

/** A new center, whose hosts have joined it over the wire and are not connected yet. */
export async function joinFleet(count: number, flags: readonly string[], figures: Figures): Promise<Fleet> {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-load-'))
  const ports = await freePorts()
  const agents = new Agents(2, count)
  figures.add('load average before', loadAverage())
  const began = Date.now()
  let center: CenterProcess | undefined
  const end = async () => {
    await agents.end()
    await center?.end('SIGTERM')
    rmSync(state, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    center = await startCenterProcess(state, ports, flags)
    figures.add('first start of the center, with its database', time(Date.now() - began))
    const { listening } = center
    const tokens = await tokensOfAdmin(listening, 4)
    const token = await enrolmentToken(listening, tokens[0] ?? '', count)
    await agents.start(ports.agents, await fetchAuthority(new URL(listening.agents), listening.fingerprint))
    const joining = Date.now()
    await agents.all({ ask: 'enrol', token })
    const took = Date.now() - joining
    figures.add(`${count} hosts join: key, CSR, certificate`, `${time(took)}, ${Math.round((count / took) * 1_000)}/s`)
    const restart = async (signal: NodeJS.Signals) => {
      await center?.end(signal)
      const again = Date.now()
      center = await startCenterProcess(state, ports, flags)
      return Date.now() - again
    }
    const running = () => {
      if (center === undefined) throw new Error('the center does not run')
      return center
    }
    return { count, state, agents, listening, tokens, center: running, restart, end }
  } catch (error) {
    await end()
    throw error
  }
}

async function enrolmentToken(listening: Listening, apiToken: string, uses: number): Promise<string> {
  const client = clientWith(listening, apiToken)
  const { items } = await client.listGroups()
  const group = items[0]?.id
  if (group === undefined) throw new Error('the center has no group')
  const body = { group, uses, name: 'load', expiresInHours: 1, needsApproval: false, tags: [] }
  return (await client.createEnrolmentToken({ body })).token
}
