import { readdirSync, readlinkSync } from 'node:fs'
import type { ConnectionEvent, SensorStatus } from '../../model/index.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { type KernelSocket, kernelSockets } from '../../native/read/sockets.ts'
import { addressScope, isUnspecified } from '../../target/index.ts'
import { type ConnectionChange, ConnectionTracker, type SeenConnection } from './connection-tracker.ts'

export interface ConnectionSensorOptions {
  readonly onEvents: (events: readonly ConnectionEvent[]) => void
  readonly everyMs?: number
}

/** Tells of connections that this host opens: of those within it only when they go on. */
export interface ConnectionSensor {
  status(): SensorStatus
  /** Looks now, as it does by itself every few seconds. */
  look(): void
  close(): void
}

const usualEveryMs = 5000

export function startConnectionSensor({ onEvents, everyMs = usualEveryMs }: ConnectionSensorOptions): ConnectionSensor {
  const tracker = new ConnectionTracker()
  const since = new Date().toISOString()
  let count = 0
  let problem: string | undefined
  const look = () => {
    try {
      const events = tracker.look(bootClockMs(), outgoing(kernelSockets())).map(eventOf).filter(isTold)
      problem = undefined
      count += events.length
      if (events.length > 0) onEvents(events)
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
  }
  look()
  const timer = setInterval(look, everyMs)
  return {
    status: () => ({
      name: 'connections',
      source: 'sock_diag',
      since,
      events: count,
      lost: tracker.left,
      ...(problem === undefined ? {} : { problem }),
    }),
    look,
    close: () => clearInterval(timer),
  }
}

/** Those whose own end is no port at which this host waits for others. Exported for its test. */
export function outgoing(sockets: readonly KernelSocket[]): SeenConnection[] {
  const waiting = new Set(sockets.filter(one => one.state === 'LISTEN').map(one => `${one.protocol} ${one.localPort}`))
  return sockets.filter(
    one =>
      one.remotePort !== 0 &&
      !isUnspecified(one.remoteAddress) &&
      // One that has ended on our side belongs to nobody any more.
      one.inode !== 0 &&
      one.state !== 'LISTEN' &&
      !waiting.has(`${one.protocol} ${one.localPort}`),
  )
}

/** Within this host programs talk all the time; a talk that goes on may be one with a proxy of ours. */
function isTold({ scope, change }: ConnectionEvent): boolean {
  return scope !== 'loopback' || change === 'kept'
}

function eventOf({ connection, change, ...rest }: ConnectionChange): ConnectionEvent {
  const { protocol, localAddress, localPort, remoteAddress, remotePort, uid } = connection
  return {
    kind: 'connection',
    at: new Date().toISOString(),
    change,
    protocol,
    localAddress,
    localPort,
    address: remoteAddress,
    port: remotePort,
    scope: addressScope(remoteAddress),
    uid,
    ...rest,
  }
}

/**
 * Which processes hold sockets, by their inodes: a walk over the descriptors of all processes, or of those that are named. It
 * takes tens of milliseconds, so that it is done for what is suspicious only.
 */
export function ownersOf(inodes: ReadonlySet<number>, pids?: Iterable<number>): Map<number, number> {
  const proc = ownProcDirectory()
  const owners = new Map<number, number>()
  for (const pid of pids ?? numbersIn(proc)) {
    for (const descriptor of namesIn(`${proc}/${pid}/fd`)) {
      const inode = Number(/^socket:\[(\d+)\]$/.exec(linkOf(`${proc}/${pid}/fd/${descriptor}`))?.[1])
      // The first one made it; its children have it too.
      if (inodes.has(inode) && !owners.has(inode)) owners.set(inode, pid)
    }
    if (owners.size === inodes.size) break
  }
  return owners
}

function numbersIn(proc: string): number[] {
  return namesIn(proc)
    .filter(name => /^[1-9]\d*$/.test(name))
    .map(Number)
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
