import type { ConnectionEvent } from '../../model/index.ts'
import { kernelSockets } from '../../native/read/sockets.ts'
import { ownersOf } from '../../sensors/index.ts'
import { messageOf } from '../own-files.ts'
import { keyOf } from './detections.ts'
import type { Looks } from './looks.ts'

const mostWaiting = 200
const ownersEveryMs = 15_000

/** Connections that this host opened: their owners are looked up together, and those of which rules speak are looked at with their memory. */
export class ConnectionWatch {
  readonly #looks: Looks
  readonly #log: (line: string) => void
  #waiting: ConnectionEvent[] = []
  #ownersAt = 0

  constructor(looks: Looks, log: (line: string) => void) {
    this.#looks = looks
    this.#log = log
  }

  hear(events: readonly ConnectionEvent[]): void {
    const there = events.filter(one => one.change !== 'closed' && one.scope !== 'loopback')
    this.#waiting = [...this.#waiting, ...there].slice(-mostWaiting)
    const now = performance.now()
    if (this.#waiting.length === 0 || now < this.#ownersAt) return
    this.#ownersAt = now + ownersEveryMs
    const taken = this.#waiting.splice(0)
    try {
      for (const event of this.#withOwners(taken)) this.#judge(event)
    } catch (error) {
      this.#log(`owners of connections could not be found: ${messageOf(error)}`)
    }
  }

  #withOwners(events: readonly ConnectionEvent[]): ConnectionEvent[] {
    const nameOf = (one: { localAddress: string; localPort: number; remoteAddress: string; remotePort: number }) =>
      `${one.localAddress} ${one.localPort} ${one.remoteAddress} ${one.remotePort}`
    const inodes = new Map(kernelSockets().map(one => [nameOf(one), one.inode]))
    const inodeOf = (one: ConnectionEvent) =>
      inodes.get(nameOf({ ...one, remoteAddress: one.address, remotePort: one.port }))
    const owners = ownersOf(new Set(events.map(inodeOf).filter(one => one !== undefined)))
    return events.map(event => {
      const pid = owners.get(inodeOf(event) ?? -1)
      return pid === undefined ? event : { ...event, ...this.#looks.words.of(pid) }
    })
  }

  #judge(event: ConnectionEvent): void {
    const { pid, startTime, address, port } = event
    if (pid !== undefined && this.#looks.isOurs(pid)) return
    const findings = this.#looks.judge(event)
    if (findings.length === 0 || pid === undefined || startTime === undefined) return
    const key = keyOf('process', event.path ?? String(pid))
    const suspect = { event, findings, key, as: { kind: 'connection', address, port } } as const
    this.#looks.turns.add(async () => void (await this.#looks.look(suspect, { memory: true })), true)
  }
}
