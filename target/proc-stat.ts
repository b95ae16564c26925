/** USER_HZ: fixed at 100 on every architecture that Node runs on, whatever the kernel's own HZ (time(7)). */
export const ticksPerSecond = 100
const pageBytes = 4096
const kernelThreadFlag = 0x0020_0000

/** What we use of `/proc/PID/stat` (proc_pid_stat(5)). */
export interface ProcStat {
  readonly pid: number
  readonly name: string
  readonly state: string
  readonly parentPid: number
  readonly sessionId: number
  /** Device number of its terminal; 0 without one. */
  readonly terminal: number
  readonly kernelThread: boolean
  readonly cpuTicks: number
  /** Of children that have ended and were waited for. */
  readonly childTicks: number
  readonly nice: number
  readonly threads: number
  readonly startTime: number
  readonly residentBytes: number
}

/** One line of `/proc/PID/stat`; the name may hold spaces, parentheses and newlines, so the last `)` ends it. */
export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 1 || close < open) return undefined
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ')
  const pid = Number(text.slice(0, open).trim())
  const number = (field: number): number => Number(fields[field - 3] ?? Number.NaN)
  const startTime = number(22)
  if (!Number.isInteger(pid) || !Number.isFinite(startTime)) return undefined
  return {
    pid,
    name: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parentPid: number(4) || 0,
    sessionId: number(6) || 0,
    terminal: number(7) || 0,
    kernelThread: Math.floor((number(9) || 0) / kernelThreadFlag) % 2 === 1,
    cpuTicks: (number(14) || 0) + (number(15) || 0),
    childTicks: (number(16) || 0) + (number(17) || 0),
    nice: number(19) || 0,
    threads: number(20) || 0,
    startTime,
    residentBytes: (number(24) || 0) * pageBytes,
  }
}

/** What we use of `/proc/PID/status` (proc_pid_status(5)). */
export interface ProcStatus {
  readonly uid?: number | undefined
  readonly threadGroup?: number | undefined
  readonly tracerPid?: number | undefined
  readonly residentBytes?: number | undefined
  readonly hugePagesBytes?: number | undefined
}

/** The real uid is enough: a setuid program shows its owner's effective one while it works for the real one. */
export function parseStatus(text: string): ProcStatus {
  const number = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)
    return match ? Number(match[1]) : undefined
  }
  const kilobytes = (name: string): number | undefined => {
    const value = number(name)
    return value === undefined ? undefined : value * 1024
  }
  return {
    uid: number('Uid'),
    threadGroup: number('Tgid'),
    tracerPid: number('TracerPid'),
    residentBytes: kilobytes('VmRSS'),
    hugePagesBytes: kilobytes('HugetlbPages'),
  }
}
