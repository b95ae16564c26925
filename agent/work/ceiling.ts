import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { scanGroup } from './scan-group.ts'

const tickMs = 100
/** Of a tick that may be overdrawn before the child has to rest. */
const slackSeconds = 0.05
/** USER_HZ of every Linux that we run on (time(7)). */
const ticksPerSecond = 100

/**
 * Keeps a child that only looks below so much of one core: by a control group where systemd delegated one to the agent, else by
 * stopping and continuing it. Never used for a child that may have frozen something. The answer takes the ceiling away.
 */
export function limitProcessor(child: ChildProcess, percent: number): () => void {
  const { pid } = child
  if (percent >= 100 || pid === undefined) return () => {}
  if (scanGroup()?.hold(pid, percent) === true) return () => {}
  const begun = performance.now()
  let resting = false
  const timer = setInterval(() => {
    const allowed = ((performance.now() - begun) / 1_000) * (percent / 100) + slackSeconds
    const over = processorSecondsOf(pid) > allowed
    if (over !== resting) child.kill(over ? 'SIGSTOP' : 'SIGCONT')
    resting = over
  }, tickMs)
  return () => {
    clearInterval(timer)
    if (resting) child.kill('SIGCONT')
    resting = false
  }
}

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

/** Processor seconds of children that ended and were waited for. */
export function endedChildrenSeconds(): number {
  const fields = statFields(process.pid)
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / ticksPerSecond
}

export function residentBytesOf(pid: number | undefined): number {
  if (pid === undefined) return 0
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0) * 4_096
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
