import type { ConnectionEvent } from '../../model/index.ts'
import type { KernelSocket } from '../../native/read/sockets.ts'

/** A connection as the kernel lists it, with what it carried so far. */
export type SeenConnection = Omit<KernelSocket, 'state'>

interface Followed {
  readonly seen: SeenConnection
  readonly firstMs: number
  lastMs: number
  sent: number | undefined
  received: number | undefined
  sentPerMinute: number | undefined
  receivedPerMinute: number | undefined
  /** Seconds in which it sent something. */
  sendingSeconds: number
  nextToldSeconds: number
}

export type ConnectionChange = Pick<
  ConnectionEvent,
  'change' | 'seconds' | 'bytesSent' | 'bytesReceived' | 'sentPerMinute' | 'receivedPerMinute'
> & { readonly connection: SeenConnection }

const mostFollowed = 16_384
const toldAfterSeconds = 60

/**
 * What changed between looks: connections that this host opened, those that ended, and those that keep sending – after a minute
 * of it, and whenever that has doubled. Pure.
 */
export class ConnectionTracker {
  readonly #followed = new Map<string, Followed>()
  #begun = false
  /** Connections that were not followed because there were too many. */
  left = 0

  get size(): number {
    return this.#followed.size
  }

  /** `outgoing` are those that this host opened; `nowMs` is of a clock that is never set. */
  look(nowMs: number, outgoing: readonly SeenConnection[]): ConnectionChange[] {
    const changes: ConnectionChange[] = []
    const there = new Set<string>()
    for (const seen of outgoing) {
      const key = keyOf(seen)
      there.add(key)
      const one = this.#followed.get(key)
      if (one !== undefined) {
        const change = goOn(one, seen, nowMs)
        if (change !== undefined) changes.push(change)
        continue
      }
      if (this.#followed.size >= mostFollowed) {
        this.left++
        continue
      }
      this.#followed.set(key, begin(seen, nowMs))
      // What was there before we looked was not opened now.
      if (this.#begun) changes.push({ change: 'opened', connection: seen, ...counts(seen) })
    }
    for (const [key, one] of this.#followed) {
      if (there.has(key)) continue
      this.#followed.delete(key)
      changes.push({ change: 'closed', ...told(one) })
    }
    this.#begun = true
    return changes
  }
}

function keyOf(one: SeenConnection): string {
  return `${one.protocol} ${one.localAddress} ${one.localPort} ${one.remoteAddress} ${one.remotePort} ${one.inode}`
}

function begin(seen: SeenConnection, nowMs: number): Followed {
  return {
    seen,
    firstMs: nowMs,
    lastMs: nowMs,
    sent: seen.bytesSent,
    received: seen.bytesReceived,
    sentPerMinute: undefined,
    receivedPerMinute: undefined,
    sendingSeconds: 0,
    nextToldSeconds: toldAfterSeconds,
  }
}

function goOn(one: Followed, seen: SeenConnection, nowMs: number): ConnectionChange | undefined {
  const seconds = (nowMs - one.lastMs) / 1000
  if (seconds <= 0) return undefined
  one.sentPerMinute = rate(one.sent, seen.bytesSent, seconds)
  one.receivedPerMinute = rate(one.received, seen.bytesReceived, seconds)
  if ((one.sentPerMinute ?? 0) > 0) one.sendingSeconds += seconds
  one.sent = seen.bytesSent
  one.received = seen.bytesReceived
  one.lastMs = nowMs
  if ((nowMs - one.firstMs) / 1000 < one.nextToldSeconds || one.sendingSeconds === 0) return undefined
  one.nextToldSeconds *= 2
  return { change: 'kept', ...told(one) }
}

function told(one: Followed): Omit<ConnectionChange, 'change'> {
  return {
    connection: one.seen,
    seconds: Math.round((one.lastMs - one.firstMs) / 1000),
    ...counts({ bytesSent: one.sent, bytesReceived: one.received }),
    ...(one.sentPerMinute === undefined ? {} : { sentPerMinute: Math.round(one.sentPerMinute) }),
    ...(one.receivedPerMinute === undefined ? {} : { receivedPerMinute: Math.round(one.receivedPerMinute) }),
  }
}

function counts({ bytesSent, bytesReceived }: { bytesSent?: number | undefined; bytesReceived?: number | undefined }) {
  return {
    ...(bytesSent === undefined ? {} : { bytesSent }),
    ...(bytesReceived === undefined ? {} : { bytesReceived }),
  }
}

function rate(before: number | undefined, now: number | undefined, seconds: number): number | undefined {
  return before === undefined || now === undefined ? undefined : (Math.max(0, now - before) / seconds) * 60
}
