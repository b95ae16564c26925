import { type Target, ticksPerSecond } from '../../target/index.ts'
import { listedPids, readStat } from './proc-stat.ts'

/** Used processor time of every process at one moment. */
export interface CpuSample {
  /** performance.now(). */
  readonly atMs: number
  /** By pid and start time, so that a reused pid is nobody's second sample. */
  readonly ticks: ReadonlyMap<string, number>
}

/** What the samples of one process say. */
export interface CpuUse {
  readonly percent: number | undefined
  /** Seconds between samples in which it used more than 80 % of a core. */
  readonly busySeconds: number
}

const busyPercent = 80

export function takeCpuSample(target: Target, pids: readonly number[] = listedPids(target)): CpuSample {
  const ticks = new Map<string, number>()
  const atMs = performance.now()
  for (const pid of pids) {
    const stat = readStat(target, pid)
    if (stat) ticks.set(sampleKey(pid, stat.startTime), stat.cpuTicks)
  }
  return { atMs, ticks }
}

/** Percent of one core from the first to the last sample that have it, and the time in which it was busy. */
export function cpuUse(samples: readonly CpuSample[], pid: number, startTime: number): CpuUse {
  const key = sampleKey(pid, startTime)
  const seen = samples.flatMap(({ atMs, ticks }) => {
    const used = ticks.get(key)
    return used === undefined ? [] : [{ atMs, used }]
  })
  const [first, last] = [seen[0], seen.at(-1)]
  if (!first || !last || first === last) return { percent: undefined, busySeconds: 0 }
  let busyMs = 0
  for (const [at, { atMs, used }] of seen.entries()) {
    const before = seen[at - 1]
    if (before && percentOf(used - before.used, atMs - before.atMs) > busyPercent) busyMs += atMs - before.atMs
  }
  return {
    percent: round(percentOf(last.used - first.used, last.atMs - first.atMs)),
    busySeconds: round(busyMs / 1000),
  }
}

/** Time used since start against the time it lives: a throttled miner shows here. */
export function lifelongUse(cpuSeconds: number, ageSeconds: number | undefined): number | undefined {
  return ageSeconds === undefined || ageSeconds <= 0 ? undefined : round((100 * cpuSeconds) / Math.max(ageSeconds, 1))
}

export function isBusy(percent: number | undefined): boolean {
  return percent !== undefined && percent >= busyPercent
}

function percentOf(ticks: number, milliseconds: number): number {
  return milliseconds <= 0 ? 0 : Math.max(0, (100 * ticks * 1000) / ticksPerSecond / milliseconds)
}

function sampleKey(pid: number, startTime: number): string {
  return `${pid}:${startTime}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
