import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Tampering } from './tampering.ts'

/** Counters of the kernel that only grow; seconds. */
export interface Clocks {
  /** CLOCK_MONOTONIC, which stands still while the host sleeps. */
  readonly awake: number
  /** Of the main thread: time on a processor, and time ready but waiting for one (/proc/PID/schedstat). */
  readonly running: number
  readonly waiting: number
  /** In which tasks of this host waited for disks or memory (/proc/pressure). */
  readonly pressed: number
  /** That the hypervisor gave to others, for one core (/proc/stat). */
  readonly stolen: number
}

/** Standing still for so long, and without a reason, is no accident. */
const longestSeconds = 10

/**
 * Tells afterwards that the agent was stopped for a while (SIGSTOP, a debugger, the freezer of a control group) although the host was awake: time
 * that went by between two ticks, in which it neither ran nor waited for a processor, a disk or its hypervisor.
 */
export class StandstillWatch {
  readonly #tickSeconds: number
  #before: Clocks

  constructor(tickSeconds: number, now = readClocks()) {
    this.#tickSeconds = tickSeconds
    this.#before = now
  }

  /** At each tick. */
  tick(now = readClocks()): Tampering[] {
    const before = this.#before
    this.#before = now
    const since = (name: keyof Clocks) => Math.max(0, now[name] - before[name])
    const explained = this.#tickSeconds + since('running') + since('waiting') + since('pressed') + since('stolen')
    const stood = since('awake') - explained
    // A kernel without these accounts (CONFIG_SCHED_INFO) says nothing, and then nobody knows.
    if (stood < longestSeconds || now.running === 0) return []
    const detail = `The agent stood still for ${Math.round(stood)} seconds while this host was awake: it was stopped (SIGSTOP, a debugger, the freezer of a control group), or the whole machine was.`
    return [{ what: 'stood-still', detail }]
  }
}

export function readClocks(): Clocks {
  const [running = 0, waiting = 0] = quiet('/proc/self/schedstat').split(' ').map(Number)
  return {
    awake: performance.now() / 1_000,
    running: running / 1e9,
    waiting: waiting / 1e9,
    pressed: pressure('io') + pressure('memory'),
    stolen: stolenTicks() / 100 / availableParallelism(),
  }
}

/** Kernel's Documentation/accounting/psi.rst: `some … total=MICROSECONDS`. 0 where it is not built in. */
function pressure(what: 'io' | 'memory'): number {
  return Number(/^some .*total=(\d+)$/m.exec(quiet(`/proc/pressure/${what}`))?.[1] ?? 0) / 1e6
}

function stolenTicks(): number {
  return Number(/^cpu +(?:\d+ ){7}(\d+)/m.exec(quiet('/proc/stat'))?.[1] ?? 0)
}

function quiet(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
