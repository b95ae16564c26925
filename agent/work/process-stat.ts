import { readFileSync } from 'node:fs'

/** USER_HZ of every Linux that we run on (time(7)). */
const ticksPerSecond = 100

/** Seconds of processor time of a process, from /proc/PID/stat (proc(5)); 0 when it is gone. */
export function processorSecondsOf(pid: number): number {
  const fields = statFields(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

/** Clock ticks after boot: with the pid it names one process. Undefined when there is none. */
export function startTimeOf(pid: number): number | undefined {
  const field = statFields(pid)[19]
  return field === undefined ? undefined : Number(field)
}

/** 0 when there is no such process. */
export function parentOf(pid: number): number {
  return Number(statFields(pid)[1] ?? 0)
}

/** Processor seconds of children that ended and were waited for. */
export function endedChildrenSeconds(): number {
  const fields = statFields(process.pid)
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / ticksPerSecond
}

export function residentBytesOf(pid: number | undefined): number {
  if (pid === undefined) return 0
  try {
    // In /proc/PID/statm it is pages, whose size differs between kernels for arm64.
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1_024
  } catch {
    return 0
  }
}

/** The fields of /proc/PID/stat from the third on: the second may hold anything. */
function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
