import { readFileSync } from 'node:fs'
import type { Ancestor } from '../../model/index.ts'
import { ProcReader } from '../../sensors/index.ts'
import { displayBytes, decodeBytes } from '../../target/index.ts'

const mostAncestors = 8
const mostHops = 32

/** What /proc says of processes, in the words of events. */
export class ProcessWords {
  readonly #proc: ProcReader

  constructor(proc: string) {
    this.#proc = new ProcReader(proc)
  }

  /** Undefined when it has ended. */
  of(pid: number) {
    const { stat, path, container } = this.#proc.words(pid, undefined)
    if (stat === undefined) return undefined
    const uid = this.#proc.uid(pid)
    const command = this.#commandOf(pid)
    return {
      pid,
      startTime: stat.startTime,
      name: displayBytes(stat.name),
      ...(path === undefined ? {} : { path }),
      ...(command === '' ? {} : { command }),
      ...(uid === undefined ? {} : { uid }),
      ...(container === undefined ? {} : { container: displayBytes(container) }),
    }
  }

  /** Who is above a process now, nearest first. */
  chainOf(pid: number): Ancestor[] {
    const found: Ancestor[] = []
    let above = this.#proc.stat(pid)?.parentPid
    while (above !== undefined && above > 0 && found.length < mostAncestors) {
      const words = this.of(above)
      if (words === undefined) break
      const { startTime, name, path, command } = words
      found.push({
        pid: above,
        startTime,
        name,
        ...(path === undefined ? {} : { path }),
        ...(command === undefined ? {} : { command }),
      })
      above = this.#proc.stat(above)?.parentPid
    }
    return found
  }

  /** Somebody who runs that program now. A walk over all processes. */
  runnerOf(path: string): { readonly pid: number; readonly startTime: number } | undefined {
    const pid = this.#proc.runnersOf(path)[0]
    const startTime = pid === undefined ? undefined : this.#proc.stat(pid)?.startTime
    return pid === undefined || startTime === undefined ? undefined : { pid, startTime }
  }

  isBelow(pid: number, ancestor: number): boolean {
    let at: number | undefined = pid
    for (let hops = 0; at !== undefined && at > 0 && hops < mostHops; hops++) {
      if (at === ancestor) return true
      at = this.#proc.stat(at)?.parentPid
    }
    return false
  }

  #commandOf(pid: number): string {
    const bytes = this.#proc.arguments(pid)
    return bytes === undefined ? '' : displayBytes(decodeBytes(bytes).replaceAll('\0', ' ').trimEnd()).slice(0, 2_000)
  }
}

/** Number of this boot (proc_sys_kernel(5)). */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
}
