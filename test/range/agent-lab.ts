import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningCenter, startCenter } from '../../center/index.ts'
import { createOrders } from '../../center/orders/index.ts'
import type { OrderAction } from '../../model/wire/index.ts'
import { Lab, labAddress } from './lab.ts'
import type { Range } from './range.ts'

/** How an order stands in the center's store. */
export interface OrderRow {
  readonly order_id: string
  readonly state: string
  readonly refusal: string | null
  readonly reason: string | null
  readonly run_id: string | null
}

export interface AgentLabOptions {
  /** Folder with packages for the center to hand out. */
  readonly packages: string
}

/** A lab with a real center in this process, from which hosts get the packaged agent. */
export class AgentLab {
  readonly lab: Lab
  readonly center: RunningCenter
  readonly log: string[]
  readonly #state: string

  private constructor(lab: Lab, center: RunningCenter, log: string[], state: string) {
    this.lab = lab
    this.center = center
    this.log = log
    this.#state = state
  }

  static async open({ packages }: AgentLabOptions): Promise<AgentLab> {
    const lab = Lab.open()
    const state = mkdtempSync(join(tmpdir(), 'davylamp-agent-lab-'))
    // The database's own user has to reach its data.
    chmodSync(state, 0o711)
    const log: string[] = []
    const note = (line: string, fields?: unknown) => void log.push(`${line} ${JSON.stringify(fields ?? {})}`)
    try {
      const center = await startCenter({
        state,
        people: { host: labAddress, port: 8_443 },
        agents: { host: labAddress, port: 8_444 },
        name: labAddress,
        packages,
        program: 'davylamp 0.1.0',
        log: { info: note, warn: note, error: note },
      })
      return new AgentLab(lab, center, log, state)
    } catch (error) {
      rmSync(state, { recursive: true, force: true })
      throw error
    }
  }

  async close(): Promise<void> {
    await this.lab.close()
    await this.center.stop()
    rmSync(this.#state, { recursive: true, force: true })
  }

  /** A host with the package that the center hands out and its identity, by the steps of the join command; not installed yet. */
  async join(range: Range, config?: string): Promise<{ readonly program: string; readonly agent: string }> {
    const { instructions } = await this.center.newToken('test', 'a host')
    const command = instructions.install.find(one => one.architecture === process.arch)?.command ?? ''
    const steps = command.split(' && ')
    // The small root has no curl(1): what it would fetch is put there, and all else is done as it is written.
    const [, path = '', url = ''] = /^curl -fsSk -o (\S+) (\S+)$/.exec(steps[1] ?? '') ?? []
    const bytes = await fetched(url)
    if (config !== undefined) await writeAgentConfig(range, config)
    await range.sh('mkdir -p /root/join')
    writeFileSync(join(range.root, 'root/join', path), bytes)
    const rest = steps.slice(2, -1).join(' && ')
    await range.sh(`cd /root/join && ${rest}`, { timeoutMs: 240_000 })
    rmSync(join(range.root, 'root/join'), { recursive: true })
    const program = steps.at(-1)?.split(' ')[0] ?? ''
    const status = JSON.parse(await range.sh('cat /var/lib/davylamp/agent/identity.json')) as { agent: string }
    return { program, agent: status.agent }
  }

  async host(agent: string): Promise<string> {
    const { tenant, store } = this.center
    const row = await store.tenant(tenant, db =>
      db.selectFrom('agent').select('host_id').where('agent_id', '=', agent).executeTakeFirstOrThrow(),
    )
    return row.host_id
  }

  /** The agent as the center knows it. */
  async row(agent: string) {
    const { tenant, store } = this.center
    return store.tenant(tenant, db =>
      db.selectFrom('agent').selectAll().where('agent_id', '=', agent).executeTakeFirstOrThrow(),
    )
  }

  async order(host: string, action: OrderAction): Promise<string> {
    const { center, tenant, store } = this.center
    const { orders } = await store.tenant(tenant, db =>
      createOrders(db, center, { tenant, title: 'Test', by: 'test', orders: [{ host, action }] }),
    )
    const [order] = orders
    if (order?.order === undefined) throw new Error(`no order was made: ${order?.reason}`)
    return order.order
  }

  async orderRow(order: string): Promise<OrderRow> {
    const { tenant, store } = this.center
    return store.tenant(tenant, db =>
      db
        .selectFrom('host_order')
        .select(['order_id', 'state', 'refusal', 'reason', 'run_id'])
        .where('order_id', '=', order)
        .executeTakeFirstOrThrow(),
    )
  }

  /** Gives an order and waits until the host has said how it ended. */
  async carriedOut(host: string, action: OrderAction, range: Range, seconds = 120): Promise<OrderRow> {
    return this.ended(await this.order(host, action), range, seconds)
  }

  ended(order: string, range: Range, seconds: number): Promise<OrderRow> {
    return until('the order ends', seconds, range, async () => {
      const row = await this.orderRow(order)
      return ['queued', 'sent', 'accepted', 'running'].includes(row.state) ? undefined : row
    })
  }
}

export async function writeAgentConfig(range: Range, text: string): Promise<void> {
  await range.sh('mkdir -p /etc/davylamp && cat > /etc/davylamp/agent.yml', { input: text })
}

/** Asks until there is an answer; fails with what the agent wrote into the journal. */
export async function until<T>(
  what: string,
  seconds: number,
  range: Range,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await pause(300)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
  }
  throw new Error(`not within ${seconds} s: ${what}\n${await agentJournal(range)}`)
}

export async function agentJournal(range: Range): Promise<string> {
  return (await range.exec(['journalctl', '--no-pager', '--unit', 'davylamp-agent.service', '--lines', '80'])).stdout
}

/** Properties of the agent's service, as systemd knows them. */
export async function serviceState<K extends string>(range: Range, ...names: K[]): Promise<Record<K, string>> {
  const text = await range.sh(`systemctl show davylamp-agent.service --property=${names.join(',')}`)
  const pairs = text
    .trim()
    .split('\n')
    .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(pairs) as Record<K, string>
}

/** What `/join/…` of a center gives; checked by its checksum in the join command. */
function fetched(url: string): Promise<Buffer> {
  return new Promise((done, fail) => {
    get(url, { rejectUnauthorized: false }, answer => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', fail)
      answer.once('end', () => done(Buffer.concat(parts)))
    }).once('error', fail)
  })
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
