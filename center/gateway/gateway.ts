import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { BusMessage } from '../context.ts'
import { namesOf, serverCertificate } from '../keys/index.ts'
import { AddressLimit } from './bucket.ts'
import { Downloads } from './downloads.ts'
import { Exchanges } from './exchange.ts'
import { InWork } from './flow.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { listen, secureContext } from './listener.ts'
import { Presence, pingSeconds } from './presence.ts'
import { Registry } from './registry.ts'
import { knownPaths, strangerPaths } from './paths.ts'
import type { Session, SessionParts } from './session.ts'
import { WebSockets } from './web-socket.ts'

export interface GatewayOptions extends GatewayParts {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Besides the host name of `settings.agentAddress`: names and addresses for the certificate. */
  readonly names?: readonly string[]
  /** The owner's certificate and key, PEM files; else the center's CA issues one. Agents trust the CA of the center only. */
  readonly own?: { readonly certificate: string; readonly key: string }
  /** Folder of the agent packages that this center hands out. */
  readonly packages?: string
  readonly mostStrangers?: number
  readonly patienceSeconds?: number
  /** Tests move time by hand. */
  readonly timers?: boolean
}

export interface Gateway {
  readonly port: number
  readonly presence: Presence
  readonly downloads: Downloads
  connections(): number
  /** Of an agent that is connected to this node. */
  session(agent: string): Session | undefined
  /** Says goodbye to all, with times to come back that are spread. */
  stop(): Promise<void>
}

/** The center's side of its agents: enrolment, connections, presence. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { center, keys } = options
  const registry = new Registry()
  const presence = new Presence(center, options.alarms, registry)
  const parts: SessionParts = {
    ...options,
    inWork: new InWork(),
    pingSeconds,
    reconnectSpreadSeconds: () => presence.spreadSeconds,
    opened: session => registry.opened(session),
    closed: session => registry.closed(session),
  }
  const sockets = new WebSockets(parts)
  const downloads = new Downloads(options.packages)
  const connects = new AddressLimit(30, 60)
  const certificateOptions = {
    authority: keys.authority,
    state: center.settings.state,
    purpose: 'agents',
    names: namesOf([center.settings.agentAddress], options.names ?? []),
    own: options.own,
  } as const
  await presence.start()
  const server = await listen({
    center,
    authority: keys.authority.certificate,
    certificate: await serverCertificate({ ...certificateOptions, at: center.clock() }),
    host: options.host,
    port: options.port,
    mostStrangers: options.mostStrangers ?? 200,
    patienceSeconds: options.patienceSeconds ?? 10,
    stranger: strangerPaths(options, downloads),
    known: knownPaths(options, new Exchanges(parts), downloads),
    connect: (peer, request, socket, head) => {
      if (connects.take(peer.identity.agent, center.clock().getTime()) > 0) socket.destroy()
      else sockets.take(peer, request, socket, head)
    },
  })
  const open = socketsOf(server)
  const forgetBus = hearBus(options, registry, presence)
  if (options.timers !== false) presence.runTimers()
  const renewal = setInterval(() => {
    serverCertificate({ ...certificateOptions, at: center.clock() })
      .then(fresh => server.setSecureContext(secureContext(keys.authority.certificate, fresh)))
      .catch((error: unknown) =>
        center.log.error('The certificate of the agents port could not be renewed', fields(error)),
      )
  }, 3_600_000)
  renewal.unref()
  const sweep = setInterval(() => void deliverMissed(options, registry), 15_000)
  sweep.unref()
  return {
    port: (server.address() as AddressInfo).port,
    presence,
    downloads,
    connections: () => registry.size,
    session: agent => registry.of(agent),
    stop: async () => {
      clearInterval(renewal)
      clearInterval(sweep)
      forgetBus()
      await stopServer(server, open, registry, presence)
    },
  }
}

/** What other centers and the API say. */
function hearBus({ center }: GatewayOptions, registry: Registry, presence: Presence): () => void {
  const hearers = [
    center.bus.subscribe('orders', message => {
      for (const session of heldOf(registry, message)) void session.deliver(false)
    }),
    center.bus.subscribe('policy', message => {
      for (const session of heldOf(registry, message)) void session.tellPolicy()
    }),
    center.bus.subscribe('presence', message => {
      const sessions = heldOf(registry, message)
      if (sessions.length === 0 || nodeOf(message) === center.node) return
      presence
        .letGo(sessions)
        .catch((error: unknown) => center.log.warn('Connections could not be looked after', fields(error)))
    }),
  ]
  return () => {
    for (const forget of hearers) forget()
  }
}

/** The sessions of this node that a message is about. `missed`: the bus was away, so it may have been any. */
function heldOf(registry: Registry, { tenant, what, id }: BusMessage): Session[] {
  if (what === 'missed') return registry.all()
  if (what === 'tenant') return registry.all().filter(session => session.identity.tenant === tenant)
  // A group's policy holds for the groups below it as well; who is below is the store's to know.
  if (what === 'group') return registry.all().filter(session => session.identity.tenant === tenant)
  const held = registry.of(id)
  return held === undefined ? [] : [held]
}

function nodeOf({ detail }: BusMessage): unknown {
  return typeof detail === 'object' && detail !== null && 'node' in detail ? detail.node : undefined
}

/** Orders for agents of this node that no message told of. */
async function deliverMissed({ center }: GatewayOptions, registry: Registry): Promise<void> {
  const agents = registry.all().map(session => session.identity.agent)
  if (agents.length === 0) return
  try {
    const rows = await center.store.system(db =>
      db
        .selectFrom('host_order')
        .select('agent_id')
        .distinct()
        .where('state', '=', 'queued')
        .where('agent_id', 'in', db.selectFrom('agent').select('agent_id').where('node_id', '=', center.node))
        .execute(),
    )
    for (const { agent_id } of rows) void registry.of(agent_id)?.deliver(false)
  } catch (error) {
    center.log.warn('Waiting orders could not be looked for', fields(error))
  }
}

/** For the answers of agents to the goodbye. */
const lingerSeconds = 2

/** Nobody new is let in first: agents come back within the spread, and would keep a server that still listens from ending. */
async function stopServer(
  server: Server,
  sockets: ReadonlySet<Socket>,
  registry: Registry,
  presence: Presence,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  const spread = presence.spreadSeconds
  const sessions = registry.all()
  for (const session of sessions)
    session.goodbye({ reason: 'restart', reconnectAfterSeconds: Math.round(Math.random() * spread * 10) / 10 })
  await Promise.all(sessions.map(session => session.settled()))
  await presence.stop()
  server.closeIdleConnections()
  // The server itself no longer knows those that became WebSockets, nor do we before their hello.
  const rest = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, lingerSeconds * 1_000)
  await closed
  clearTimeout(rest)
}

function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

function fields(error: unknown): Record<string, unknown> {
  return { error: error instanceof Error ? error.message : 'unknown' }
}
