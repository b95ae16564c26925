import { randomUUID } from 'node:crypto'
import type { Report } from '../../../model/wire/index.ts'
import type { Bus, BusMessage, Center } from '../../context.ts'
import type { AgentIdentity } from '../../gateway/ports.ts'
import type { openTestStore } from '../../testing/index.ts'
import { silentLog } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'

type TestStore = Awaited<ReturnType<typeof openTestStore>>

/** A center around a real store, with a clock of its own. What it says on the bus is kept. */
export interface TestCenter extends Center {
  readonly said: BusMessage[]
  later(seconds: number): void
}

export function testCenter({ store }: TestStore, more: Partial<Center> = {}): TestCenter {
  const said: BusMessage[] = []
  let time = Date.UTC(2026, 10, 20, 12)
  const bus: Bus = {
    async publish(_topic, message) {
      said.push(message)
    },
    subscribe: () => () => {},
    async close() {},
  }
  return {
    store,
    bus,
    log: silentLog,
    clock: () => new Date(time),
    node: randomUUID(),
    keys: {
      signOrder: () => Promise.reject(new Error('this center has no keys')),
      seal: () => Buffer.alloc(0),
      open: () => Buffer.alloc(0),
    },
    settings: { address: 'https://center.example', agentAddress: 'https://center.example:8444', state: '/nowhere' },
    said,
    later(seconds) {
      time += seconds * 1_000
    },
    ...more,
  }
}

/** An enrolled host with its agent. */
export async function addAgent(
  { store, tenant, group }: TestStore,
  name: string,
  more: { addresses?: string[]; tags?: string[]; capabilities?: string[] } = {},
): Promise<AgentIdentity> {
  const host = uuid7()
  const agent = randomUUID()
  await store.tenant(tenant, async db => {
    const { addresses = [], tags = [] } = more
    await db
      .insertInto('host')
      .values({ tenant_id: tenant, host_id: host, group_id: group, name, agent_id: agent, addresses, tags })
      .execute()
    const capabilities = more.capabilities ?? [
      'scan',
      'scan:quick',
      'report-inventory',
      'clean',
      'prove',
      'undo',
      'restore',
      'block',
      'unblock',
      'cancel',
    ]
    await db
      .insertInto('agent')
      .values({ tenant_id: tenant, agent_id: agent, host_id: host, state: 'active', capabilities })
      .execute()
  })
  return { tenant, agent, host, group }
}

/** Reports as a spool holds them, from `first` on. */
export function spooledFrom(first: number, reports: readonly Report[], at = '2026-11-20T12:00:00Z'): unknown[] {
  return reports.map((report, index) => JSON.parse(JSON.stringify({ sequence: first + index, at, report })))
}
