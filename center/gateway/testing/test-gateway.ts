import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignedOrder } from '../../../model/wire/index.ts'
import { pgBus } from '../../bus/index.ts'
import type { Center } from '../../context.ts'
import { sentFiles } from '../../fetched/index.ts'
import { type Keyring, openCenterKeys } from '../../keys/index.ts'
import { openTestStore, silentLog, type TestStore } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'
import { agentAlarms } from '../alarms.ts'
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts'
import { groupPolicies } from '../policies.ts'
import type { Ingest, OrderDesk } from '../ports.ts'
import { newToken, tokenHash } from '../token.ts'

/** Real PostgreSQL, real TLS, real bus; what stands behind the gateway is a small ledger, and the clock moves by hand. */
export interface TestCenter {
  readonly database: TestStore
  readonly keys: Keyring
  readonly state: string
  readonly ledger: Ledger
  readonly packages: string
  /** Moves all clocks of this center. */
  pass(seconds: number): void
  now(): Date
  start(options?: Partial<GatewayOptions>): Promise<Gateway>
  /** A token of the root group. */
  token(more?: { uses?: number; needsApproval?: boolean; seconds?: number; group?: string }): Promise<string>
  close(): Promise<void>
}

/** Keeps what agents reported, in the agent's row as the real one does. */
export interface Ledger extends Ingest, OrderDesk {
  readonly batches: { agent: string; items: readonly unknown[] }[]
  readonly orders: Map<string, SignedOrder[]>
  /** Thrown by the next batches. */
  failure: Error | undefined
  /** Batches wait for it. */
  hold: Promise<void> | undefined
}

export async function openTestCenter(): Promise<TestCenter> {
  const database = await openTestStore()
  const state = await mkdtemp(join(tmpdir(), 'davylamp-gateway-'))
  const offset = { ms: 0 }
  const now = () => new Date(Date.now() + offset.ms)
  const keys = await openCenterKeys({ store: database.store, state, clock: now })
  const ledger = newLedger(database)
  const running: { gateway: Gateway; close(): Promise<void> }[] = []
  return {
    database,
    keys,
    state,
    ledger,
    packages: state,
    now,
    pass: seconds => {
      offset.ms += seconds * 1_000
    },
    start: async options => {
      const bus = await pgBus(database.store, database.superuser, silentLog)
      const center: Center = {
        store: database.store,
        bus,
        log: silentLog,
        clock: now,
        node: uuid7(),
        keys,
        settings: { address: 'https://localhost:1', agentAddress: 'https://localhost:1', state },
      }
      const gateway = await startGateway({
        center,
        keys,
        ingest: ledger,
        orders: ledger,
        policies: groupPolicies(database.store),
        alarms: agentAlarms(bus),
        files: sentFiles(center),
        host: '127.0.0.1',
        port: 0,
        names: ['localhost', '127.0.0.1'],
        packages: state,
        timers: false,
        ...options,
      })
      const stop = gateway.stop
      const stopped = { value: false }
      const close = async () => {
        if (stopped.value) return
        stopped.value = true
        await stop()
        await bus.close()
      }
      running.push({ gateway, close })
      return { ...gateway, stop: close }
    },
    token: async ({ uses = 1, needsApproval = false, seconds = 3_600, group = database.group } = {}) => {
      const token = newToken()
      await database.store.tenant(database.tenant, db =>
        db
          .insertInto('enrolment_token')
          .values({
            tenant_id: database.tenant,
            token_id: uuid7(),
            hash: tokenHash(token),
            group_id: group,
            uses_left: uses,
            needs_approval: needsApproval,
            created_by: 'test',
            expires_at: new Date(now().getTime() + seconds * 1_000),
          })
          .execute(),
      )
      return token
    },
    close: async () => {
      for (const { close } of running) await close()
      await database.close()
      await rm(state, { recursive: true })
    },
  }
}

function newLedger({ store }: TestStore): Ledger {
  const ledger: Ledger = {
    batches: [],
    orders: new Map(),
    failure: undefined,
    hold: undefined,
    hello: ({ tenant, agent }, spool) =>
      store.tenant(tenant, async db => {
        const row = await db.selectFrom('agent').selectAll().where('agent_id', '=', agent).executeTakeFirstOrThrow()
        if (row.spool_id === spool) return { acknowledged: row.acknowledged }
        await db.updateTable('agent').set({ spool_id: spool, acknowledged: 0 }).where('agent_id', '=', agent).execute()
        return { acknowledged: 0 }
      }),
    reports: async ({ tenant, agent }, _spool, items) => {
      await ledger.hold
      if (ledger.failure !== undefined) throw ledger.failure
      ledger.batches.push({ agent, items })
      const through = Math.max(...items.map(sequenceOf))
      await store.tenant(tenant, db =>
        db.updateTable('agent').set({ acknowledged: through }).where('agent_id', '=', agent).execute(),
      )
      return { through, rejected: [] }
    },
    async *waiting({ agent }) {
      yield* ledger.orders.get(agent)?.splice(0) ?? []
    },
  }
  return ledger
}

function sequenceOf(item: unknown): number {
  return typeof item === 'object' && item !== null && 'sequence' in item ? Number(item.sequence) : 0
}
