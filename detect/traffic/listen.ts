import { SystemCallError } from '../../native/libc.ts'
import { openPacketSocket, type PacketSocket } from '../../native/read/packet-socket.ts'
import type { Fact, SocketFact } from '../../model/index.ts'
import { addressScope, displayBytes, type Target } from '../../target/index.ts'
import { isSame, type Conversation } from './conversation.ts'
import { Conversations, keyOf } from './conversations.ts'
import { keptBytes, narrowFilter, wideFilter } from './filter.ts'

/** What is overheard until it is asked for. */
export interface TrafficEar {
  /** Ends the listening and writes what was heard into the facts of connections; talks whose connection has ended are added. */
  finish(facts: Fact[]): void
}

const everyMs = 50
/** Above it only beginnings of messages are looked at. */
const mostPacketsASecond = 5000
const packetsAtOnce = 2000
const roomBytes = 16 << 20

/**
 * Listens to the TCP traffic of this host's own interfaces and reads talks between miners and pools, and the names that TLS
 * shows. It sends nothing, changes no interface and keeps the first 8 KB of each direction, in memory only. Where it is not
 * allowed, that is a gap and undefined is given back.
 */
export function listenToTraffic(target: Target): TrafficEar | undefined {
  if (!target.live) {
    target.addGap({ what: 'traffic', why: 'needs a running system' })
    return undefined
  }
  try {
    return new Ear(target, openPacketSocket(wideFilter, roomBytes))
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error
    const rights = error.code === 'EPERM' || error.code === 'EACCES'
    target.addGap({
      what: 'traffic',
      why: rights ? 'listening needs root (CAP_NET_RAW)' : `this kernel does not let us listen: ${error.code}`,
    })
    return undefined
  }
}

class Ear implements TrafficEar {
  readonly #target: Target
  readonly #socket: PacketSocket
  readonly #conversations = new Conversations()
  readonly #packet = Buffer.alloc(keptBytes)
  readonly #timer: NodeJS.Timeout
  readonly #startMs = performance.now()
  #packets = 0
  #narrow = false

  constructor(target: Target, socket: PacketSocket) {
    this.#target = target
    this.#socket = socket
    this.#timer = setInterval(() => this.#drain(packetsAtOnce), everyMs)
    this.#timer.unref()
  }

  finish(facts: Fact[]): void {
    clearInterval(this.#timer)
    this.#drain(packetsAtOnce * 10)
    const dropped = this.#socket.dropped()
    this.#socket.close()
    if (this.#narrow)
      this.#target.addGap({ what: 'traffic', why: 'so much of it that only beginnings of messages were looked at' })
    if (dropped > 0) this.#target.addGap({ what: 'traffic', why: `${dropped} packets came faster than they were read` })
    if (this.#conversations.forgotten > 0)
      this.#target.addGap({
        what: 'traffic',
        why: `${this.#conversations.forgotten} connections more than are followed`,
      })
    note(this.#conversations.list(), facts)
  }

  #drain(most: number): void {
    for (let count = 0; count < most; count++) {
      const found = this.#socket.next(this.#packet)
      if (found === undefined) break
      this.#packets++
      this.#conversations.see(this.#packet.subarray(0, Math.min(found.length, keptBytes)), found.sent)
    }
    const seconds = Math.max(1, (performance.now() - this.#startMs) / 1000)
    if (this.#narrow || this.#packets / seconds < mostPacketsASecond) return
    this.#narrow = true
    this.#socket.filter(narrowFilter)
  }
}

/** Exported for its test. */
export function note(conversations: readonly Conversation[], facts: Fact[]): void {
  const sockets = new Map<string, SocketFact[]>()
  for (const fact of facts)
    if (fact.kind === 'socket' && fact.protocol === 'tcp') {
      const key = keyOf(localEnd(fact), remoteEnd(fact))
      sockets.set(key, [...(sockets.get(key) ?? []), fact])
    }
  for (const one of conversations) {
    const here = sockets.get(keyOf(...one.ends)) ?? []
    for (const fact of here) noteOn(fact, one)
    if (here.length === 0 && one.clientIsHere && isMining(one)) facts.push(endedFact(one))
  }
}

/** Whoever scans the internet says hello to every port: a talk has an answer, or goes on. */
function isMining({ session }: Conversation): boolean {
  return session.poolSpoke || session.clientWords >= 2
}

function noteOn(fact: SocketFact, one: Conversation): void {
  const asks = one.client !== undefined && isSame(one.client, localEnd(fact))
  // Of the end that gives work only a talk with two sides is told: that is a pool, or a proxy of one.
  if (isMining(one) && (asks || one.session.bothSides)) fact.stratum = displayBytes(one.session.words)
  if (!asks) return
  if (one.looksLikeStratumV2) fact.handshake = 'stratum-v2'
  const { serverName, certificateNames, selfSigned } = one.hello
  if (serverName !== undefined) fact.serverName = displayBytes(serverName)
  if (certificateNames !== undefined) fact.certificateNames = certificateNames.map(displayBytes)
  if (selfSigned !== undefined) fact.selfSigned = selfSigned
}

function endedFact(one: Conversation): SocketFact {
  const [client, server] = [one.client ?? one.ends[0], one.server ?? one.ends[1]]
  return {
    kind: 'socket',
    protocol: 'tcp',
    state: 'ENDED',
    localAddress: client.address,
    localPort: client.port,
    address: server.address,
    port: server.port,
    inode: 0,
    scope: addressScope(server.address),
    stratum: displayBytes(one.session.words),
  }
}

function localEnd({ localAddress, localPort }: SocketFact) {
  return { address: localAddress, port: localPort }
}

function remoteEnd({ address, port }: SocketFact) {
  return { address, port }
}
