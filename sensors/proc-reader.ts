import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { cgroupPath, containerId, decodeBytes, displayBytes, type ProcStat, parseStat } from '../target/index.ts'

const deleted = ' (deleted)'
const memfd = /^\/memfd:/
const longestCommand = 1 << 17

/** What the running system says of one process. Every part is missing when it has ended. */
export interface ProcWords {
  readonly stat: ProcStat | undefined
  readonly path: string | undefined
  readonly cwd: string | undefined
  readonly exeDeleted: boolean
  readonly exeInMemory: boolean
  readonly cgroup: string | undefined
  readonly container: string | undefined
}

/** Reads below a directory where /proc is. */
export class ProcReader {
  readonly #proc: string

  constructor(proc: string) {
    this.#proc = proc
  }

  stat(pid: number): ProcStat | undefined {
    return parseStat(this.#text(`${pid}/stat`)?.toString('latin1') ?? '')
  }

  /** argv, each ended by NUL. */
  arguments(pid: number): Buffer | undefined {
    return this.#text(`${pid}/cmdline`)?.subarray(0, longestCommand)
  }

  uid(pid: number): number | undefined {
    const text = this.#text(`${pid}/status`)?.toString('latin1') ?? ''
    const uid = /^Uid:\t(\d+)/m.exec(text)?.[1]
    return uid === undefined ? undefined : Number(uid)
  }

  /** `startTime` tells apart a later process with the same number. */
  words(pid: number, startTime: number | undefined): ProcWords {
    const stat = this.stat(pid)
    const same = stat !== undefined && (startTime === undefined || Math.abs(stat.startTime - startTime) <= 1)
    const exe = same ? this.#link(`${pid}/exe`) : undefined
    const inMemory = exe !== undefined && memfd.test(exe)
    const gone = exe?.endsWith(deleted) === true
    const path = exe === undefined ? undefined : displayBytes(gone ? exe.slice(0, -deleted.length) : exe)
    const cwd = same ? this.#link(`${pid}/cwd`) : undefined
    const cgroups = same ? (this.#text(`${pid}/cgroup`)?.toString('latin1') ?? '') : ''
    return {
      stat: same ? stat : undefined,
      path: inMemory ? path?.replace(/^\//, '') : path,
      cwd: cwd === undefined ? undefined : displayBytes(cwd),
      exeDeleted: gone && !inMemory,
      exeInMemory: inMemory,
      cgroup: cgroupPath(cgroups),
      container: containerId(cgroups),
    }
  }

  /** Processes whose program was started from there, also when its file is gone by now. */
  runnersOf(path: string): number[] {
    const names = readdirSync(this.#proc).filter(name => /^[1-9]\d*$/.test(name))
    return names.map(Number).filter(pid => {
      const exe = this.#link(`${pid}/exe`)
      return exe !== undefined && displayBytes(exe.endsWith(deleted) ? exe.slice(0, -deleted.length) : exe) === path
    })
  }

  #text(name: string): Buffer | undefined {
    try {
      return readFileSync(`${this.#proc}/${name}`)
    } catch {
      return undefined
    }
  }

  #link(name: string): string | undefined {
    try {
      return decodeBytes(readlinkSync(`${this.#proc}/${name}`, 'buffer'))
    } catch {
      return undefined
    }
  }
}
