import { readlinkSync, statSync } from 'node:fs'
import { kernelSockets } from '../../native/read/sockets.ts'
import { outgoing, ownersOf } from '../../sensors/index.ts'
import { addressScope } from '../../target/index.ts'

/** The content that a process runs, by what the file system says of it; undefined when it has ended. */
export function programIdentity(proc: string, pid: number): string | undefined {
  return fileIdentity(`${proc}/${pid}/exe`)
}

/** Changes with every change of a file's content. */
export function fileIdentity(path: string): string | undefined {
  try {
    const { dev, ino, size, ctimeMs } = statSync(path)
    return `${dev}:${ino}:${size}:${ctimeMs}`
  } catch {
    return undefined
  }
}

export function isRunning(proc: string, pid: number): boolean {
  try {
    readlinkSync(`${proc}/${pid}/exe`)
    return true
  } catch {
    return false
  }
}

/** What a process sends to other hosts. */
export interface Sending {
  readonly connections: number
  /** Bytes; absent when it was looked at for the first time and it is not known for how long. */
  readonly sentPerMinute: number
}

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

const mostSamples = 500

/** Connections of single processes, and how much goes over them. A walk over their descriptors, so for suspects only. */
export class Senders {
  readonly #samples = new Map<string, Sample>()

  /** `begunMs` ago it was started, where nothing better is known. */
  of(pid: number, key: string, begunMs: number, nowMs: number): Sending {
    const open = outgoing(kernelSockets()).filter(
      one => addressScope(one.remoteAddress) !== 'loopback' || one.bytesSent,
    )
    const owners = ownersOf(new Set(open.map(one => one.inode)), [pid])
    const own = open.filter(one => owners.get(one.inode) === pid)
    const bytes = own.reduce((sum, one) => sum + (one.bytesSent ?? 0), 0)
    const before = this.#samples.get(key)
    this.#samples.delete(key)
    this.#samples.set(key, { atMs: nowMs, bytes })
    if (this.#samples.size > mostSamples) {
      const [oldest] = this.#samples.keys()
      if (oldest !== undefined) this.#samples.delete(oldest)
    }
    const minutes = Math.max(1 / 60, (nowMs - (before?.atMs ?? nowMs - begunMs)) / 60_000)
    // Connections that ended meanwhile took their counts with them.
    const sent = Math.max(0, bytes - (before?.bytes ?? 0))
    return { connections: own.length, sentPerMinute: Math.round(sent / minutes) }
  }
}
