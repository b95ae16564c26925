import { parseStat, type ProcStat, type Target } from '../../target/index.ts'

/** `/proc/PID/stat` as it is at this moment; undefined when the process is gone. */
export function readStat(target: Target, pid: number): ProcStat | undefined {
  return parseStat(target.files.text(`/proc/${pid}/stat`, 4096) ?? '')
}

/** The pids that a listing of /proc shows, in ascending order. */
export function listedPids(target: Target): number[] {
  const pids: number[] = []
  for (const name of target.files.list('/proc') ?? []) if (/^[1-9]\d{0,9}$/.test(name)) pids.push(Number(name))
  return pids.sort((a, b) => a - b)
}

/** When the system booted and how long it has been up, from /proc/stat and /proc/uptime; a missing part is undefined. */
export function readClock(target: Target): { bootMs: number | undefined; uptimeSeconds: number | undefined } {
  const boot = /^btime (\d+)/m.exec(target.files.text('/proc/stat') ?? '')
  const uptime = /^(\d+(?:\.\d+)?)/.exec(target.files.text('/proc/uptime') ?? '')
  const bootMs = boot ? Number(boot[1]) * 1000 : undefined
  if (uptime) return { bootMs, uptimeSeconds: Number(uptime[1]) }
  return { bootMs, uptimeSeconds: bootMs === undefined ? undefined : Math.max(0, (target.now - bootMs) / 1000) }
}
