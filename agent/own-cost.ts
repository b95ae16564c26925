import { readFileSync, readdirSync } from 'node:fs'
import { endedChildrenSeconds, processorSecondsOf, residentBytesOf } from './work/process-stat.ts'

/** The agent's own process, its guard, and all others that it started: scans and runs. */
export const costParts = ['agent', 'guard', 'work'] as const
export type CostPart = (typeof costParts)[number]

export interface PartCost {
  readonly processes: number
  /** Of one core, since the sample before. */
  readonly cpuPercent: number
  /** Processor seconds since the agent's start; of the guard since its own. */
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Memory that no file backs. */
  readonly anonymousBytes: number
}
export type OwnCost = Readonly<Record<CostPart, PartCost>>

interface Counted {
  readonly processes: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly anonymousBytes: number
}

const shortestMs = 5_000

/** What the agent and its children take, by /proc (proc(5)). Percentages are of at least five seconds. */
export class CostMeter {
  #before: { readonly at: number; readonly counted: Readonly<Record<CostPart, Counted>> }
  #percent: Readonly<Record<CostPart, number>> = { agent: 0, guard: 0, work: 0 }

  constructor() {
    this.#before = { at: performance.now(), counted: countAll() }
  }

  now(): OwnCost {
    const counted = countAll()
    const seconds = (performance.now() - this.#before.at) / 1_000
    if (seconds * 1_000 >= shortestMs) {
      const share = (part: CostPart) =>
        Math.max(0, ((counted[part].cpuSeconds - this.#before.counted[part].cpuSeconds) / seconds) * 100)
      this.#percent = { agent: share('agent'), guard: share('guard'), work: share('work') }
      this.#before = { at: performance.now(), counted }
    }
    const cost = (part: CostPart) => ({ ...counted[part], cpuPercent: Math.round(this.#percent[part] * 100) / 100 })
    return { agent: cost('agent'), guard: cost('guard'), work: cost('work') }
  }
}

function countAll(): Record<CostPart, Counted> {
  const { user, system } = process.cpuUsage()
  const children = childrenOf(process.pid)
  const [guards, others] = [children.filter(isGuard), children.filter(pid => !isGuard(pid))]
  const work = count(withDescendants(others))
  return {
    agent: { ...count([process.pid]), cpuSeconds: (user + system) / 1_000_000 },
    guard: count(withDescendants(guards)),
    work: { ...work, cpuSeconds: work.cpuSeconds + endedChildrenSeconds() },
  }
}

function count(pids: readonly number[]): Counted {
  const sum = (of: (pid: number) => number) => pids.reduce((all, pid) => all + of(pid), 0)
  return {
    processes: pids.length,
    cpuSeconds: sum(processorSecondsOf),
    residentBytes: sum(residentBytesOf),
    anonymousBytes: sum(anonymousBytesOf),
  }
}

function withDescendants(pids: readonly number[], depth = 0): number[] {
  return depth > 5 ? [] : pids.flatMap(pid => [pid, ...withDescendants(childrenOf(pid), depth + 1)])
}

/** /proc/PID/task/TID/children; nobody where the kernel has no such file (CONFIG_PROC_CHILDREN). */
function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap(thread =>
    quiet(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function isGuard(pid: number): boolean {
  return quiet(`/proc/${pid}/cmdline`).includes('\0agent\0guard')
}

/** Processor seconds of all that this process started: what has ended and what is at work. */
export function childrenSeconds(): number {
  return (
    endedChildrenSeconds() +
    withDescendants(childrenOf(process.pid)).reduce((all, pid) => all + processorSecondsOf(pid), 0)
  )
}

/** From /proc/PID/smaps_rollup; 0 where the kernel has no such file. */
export function anonymousBytesOf(pid: number | 'self'): number {
  return Number(/^Anonymous:\s+(\d+) kB/m.exec(quiet(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1_024
}

function quiet(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
