import { hostname } from 'node:os'
import type { z } from 'zod'
import {
  agentRoutes,
  alertRoutes,
  detectionRoutes,
  type joinInstructions,
  hostNowRoutes,
  hostRoutes,
  huntRoutes,
  notificationRoutes,
  orderRoutes,
  overviewRoutes,
  ruleRoutes,
  settingsRoutes,
  storyRoutes,
  upgradeRoutes,
} from '../model/api/index.ts'
import { auditRoutes, peopleRoutes, profileRoutes, signInRoutes } from '../model/api/index.ts'
import { alertHandlers, allHuntHandlers } from './alerts/index.ts'
import { type ApiServer, consolePages, serve, startApi } from './api/index.ts'
import { pgBus } from './bus/index.ts'
import type { Caller, Center, CenterSettings, Log } from './context.ts'
import { quarantinedFileHandlers, sentFiles } from './fetched/index.ts'
import { hostsHandlers, overviewHandlers, processHandlers } from './fleet/index.ts'
import { agentAlarms, agentHandlers, type Gateway, groupPolicies, startGateway } from './gateway/index.ts'
import { detectionHandlers } from './detections/index.ts'
import { createIngest } from './ingest/index.ts'
import { type Keyring, namesOf, openCenterKeys, serverCertificate } from './keys/index.ts'
import { type CreatedOrder, createOrderDesk, createOrders, orderApi } from './orders/index.ts'
import {
  authenticateWith,
  createFirstAdmin,
  type FirstAdmin,
  keepAuditHeads,
  peopleHandlers,
  writeAudit,
} from './people/index.ts'
import { exportHandlers } from './export/index.ts'
import { notificationHandlers } from './notify/index.ts'
import { ruleHandlers } from './rules/index.ts'
import { reportHandlers } from './report/index.ts'
import { upgradeHandlers } from './upgrades/index.ts'
import { settingsHandlers } from './settings/index.ts'
import { storyHandlers } from './story/index.ts'
import { ensureTenant, openStore, type OpenStore, type StoreSource } from './store/index.ts'
import { uuid7 } from './uuid7.ts'
import { startWork } from './work.ts'

type JoinInstructions = z.output<typeof joinInstructions>

export interface Listen {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

export interface CenterOptions {
  /** The state folder. `center/` below it has the master key and certificates, `postgres/` the embedded database. */
  readonly state: string
  /** `postgres://…`; absent: PostgreSQL of our own. */
  readonly store?: string | undefined
  /** For people and the API. */
  readonly people: Listen
  readonly agents: Listen
  /** Name or address under which people and agents reach this machine; default: its host name. */
  readonly name?: string | undefined
  /** The owner's certificate and key for the port of people, PEM files. */
  readonly certificate?: { readonly certificate: string; readonly key: string } | undefined
  /** Folder with the packages that agents fetch. */
  readonly packages?: string | undefined
  /** Folder with the built console; absent: only the API. */
  readonly console?: string | undefined
  /** Folder with bin/postgres; otherwise the one that comes with Davylamp. */
  readonly postgres?: string | undefined
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  readonly program: string
  readonly log: Log
  /** Long steps, for whoever waits. */
  readonly progress?: (what: string) => void
}

export interface RunningCenter {
  readonly center: Center
  readonly store: OpenStore
  readonly keys: Keyring
  readonly api: ApiServer
  readonly gateway: Gateway
  /** The tenant and root group that a new host joins unless told otherwise. */
  readonly tenant: string
  readonly group: string
  /** Only where there was nobody yet. Shown once. */
  readonly firstAdmin: FirstAdmin | undefined
  /** Whether it serves the console, or only the API. */
  readonly console: boolean
  /** SHA-256 of the authority's certificate, hex: what the join command carries. */
  readonly fingerprint: string
  /** Lets one host in, for a day. `by` is for the audit log. */
  newToken(by: string, name: string): Promise<{ readonly token: string; readonly instructions: JoinInstructions }>
  /** A quick scan of one host, as if somebody had asked for it. */
  orderScan(host: string, by: string): Promise<CreatedOrder>
  /** Says goodbye to agents and ends everything; the embedded database too, unless it shall run on for a center that starts at once. */
  stop(options?: { readonly leaveDatabase?: boolean }): Promise<void>
}

/** Starts a whole center in this process. StoreError, MasterKeyError and errors of listening say in words what is in the way. */
export async function startCenter(options: CenterOptions): Promise<RunningCenter> {
  const { log, state } = options
  const progress = options.progress ?? (() => {})
  progress(options.store === undefined ? 'starting the database' : 'opening the store')
  const store = await openStore({ source: sourceOf(options), log })
  const ends: (() => Promise<unknown>)[] = []
  const endAll = async () => {
    // The newest first: whoever needs a part ends before it.
    for (const end of ends.toReversed())
      await end().catch((error: unknown) => log.error('something did not end cleanly', { error: String(error) }))
  }
  try {
    const clock = () => new Date()
    const { tenant, group } = await ensureTenant(store)
    progress('opening the keys')
    const keys = await openCenterKeys({ store, state, clock })
    const bus = await pgBus(store, store.connection, log)
    ends.push(() => bus.close())
    const name = options.name ?? hostname()
    const ports = { people: options.people.port, agents: options.agents.port }
    const settings: CenterSettings = {
      get address() {
        return addressOf(name, ports.people)
      },
      get agentAddress() {
        return addressOf(name, ports.agents)
      },
      state,
    }
    const center: Center = { store, bus, log, clock, node: uuid7(), keys, settings }
    progress('listening for agents')
    const gateway = await startGateway({
      center,
      keys,
      ingest: createIngest(center),
      orders: createOrderDesk(center),
      policies: groupPolicies(store),
      alarms: agentAlarms(bus),
      files: sentFiles(center),
      host: options.agents.host,
      port: options.agents.port,
      names: ownNames,
      ...(options.packages === undefined ? {} : { packages: options.packages }),
    })
    ends.push(() => gateway.stop())
    ports.agents = gateway.port
    progress('listening for people')
    const api = await startPeoplesPort(options, center, keys, gateway)
    ends.push(() => api.close())
    ports.people = api.port
    const firstAdmin = await createFirstAdmin(store)
    const work = startWork(center, store)
    ends.push(() => work.stop())
    return {
      center,
      store,
      keys,
      api,
      gateway,
      tenant,
      group,
      firstAdmin,
      console: options.console !== undefined,
      fingerprint: keys.authority.fingerprint,
      orderScan: (host, by) => orderScan({ center, tenant }, host, by),
      newToken: (by, name) => newToken({ center, keys, gateway, tenant, group }, by, name),
      async stop({ leaveDatabase = false } = {}) {
        await endAll()
        await keepAuditHeads(center).catch((error: unknown) =>
          log.warn('the audit heads were not kept', { error: String(error) }),
        )
        await (leaveDatabase ? store.leave() : store.close())
      },
    }
  } catch (error) {
    await endAll()
    await store.close()
    throw error
  }
}

const ownNames = ['localhost', '127.0.0.1', '::1']

function sourceOf({ store, state, postgres }: CenterOptions): StoreSource {
  if (store !== undefined) return { url: store }
  return { embedded: { state, binaries: postgres } }
}

function addressOf(name: string, port: number): string {
  const host = name.includes(':') ? `[${name}]` : name
  return new URL(`https://${host}:${port}`).origin
}

async function startPeoplesPort(
  options: CenterOptions,
  center: Center,
  keys: Keyring,
  gateway: Gateway,
): Promise<ApiServer> {
  const certificate = () =>
    serverCertificate({
      authority: keys.authority,
      state: options.state,
      purpose: 'people',
      names: namesOf([center.settings.address], ownNames),
      own: options.certificate,
      at: center.clock(),
    })
  const api = await startApi(
    {
      center,
      authenticate: authenticateWith(center),
      audit: writeAudit,
      tls: await certificate(),
      listen: options.people,
      program: options.program,
      ...(options.console === undefined ? {} : { pages: consolePages(options.console) }),
      ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    },
    [
      serve(hostRoutes, hostsHandlers),
      serve(hostNowRoutes, { ...processHandlers, ...quarantinedFileHandlers }),
      serve(agentRoutes, agentHandlers({ keys, downloads: gateway.downloads })),
      serve(upgradeRoutes, upgradeHandlers(gateway)),
      serve(alertRoutes, alertHandlers),
      serve(detectionRoutes, detectionHandlers),
      serve(huntRoutes, allHuntHandlers),
      serve(storyRoutes, { ...storyHandlers, ...reportHandlers({ program: options.program }) }),
      serve(orderRoutes, orderApi),
      serve(overviewRoutes, overviewHandlers),
      serve(ruleRoutes, ruleHandlers),
      serve(settingsRoutes, settingsHandlers),
      serve(notificationRoutes, { ...notificationHandlers, ...exportHandlers }),
      serve({ ...signInRoutes, ...profileRoutes, ...peopleRoutes, ...auditRoutes }, peopleHandlers),
    ],
  )
  const renewal = setInterval(() => {
    certificate()
      .then(fresh => api.renewCertificate(fresh))
      .catch((error: unknown) => center.log.error('The certificate could not be renewed', { error: String(error) }))
  }, 3_600_000).unref()
  return {
    ...api,
    async close() {
      clearInterval(renewal)
      await api.close()
    },
  }
}

interface TokenParts {
  readonly center: Center
  readonly keys: Keyring
  readonly gateway: Gateway
  readonly tenant: string
  readonly group: string
}

/** As the API does it, for whoever has this machine anyway. */
function newToken({ center, keys, gateway, tenant, group }: TokenParts, by: string, name: string) {
  const { createEnrolmentToken } = agentHandlers({ keys, downloads: gateway.downloads })
  const caller: Caller = { tenant, kind: 'nobody', id: '', name: by, groupsFor: () => 'all', address: '' }
  const nothing = () => {}
  const body = { name, group, uses: 1, expiresInHours: 24, needsApproval: false, tags: [] }
  return center.store.tenant(tenant, db =>
    createEnrolmentToken(
      { params: undefined, query: undefined, body },
      {
        caller,
        db,
        center,
        audit: (action, object, detail) => writeAudit(db, { tenant, caller, action, object, detail, request: '' }),
        reply: { header: nothing, status: nothing, send: nothing },
        signal: AbortSignal.timeout(60_000),
      },
    ),
  )
}

async function orderScan({ center, tenant }: Pick<TokenParts, 'center' | 'tenant'>, host: string, by: string) {
  const { orders } = await center.store.tenant(tenant, db =>
    createOrders(db, center, {
      tenant,
      title: 'First scan',
      by,
      orders: [{ host, action: { kind: 'scan', mode: 'quick', cpuPercent: 100 } }],
    }),
  )
  return orders[0] ?? { host, state: 'refused' as const }
}
