import { readdirSync, readFileSync } from 'node:fs'

/** What processes cost so far, by /proc (proc(5)). */
export interface Cost {
  readonly cpuSeconds: number
  readonly residentMegabytes: number
}

/** clock ticks of /proc/PID/stat: sysconf(_SC_CLK_TCK) is 100 on every Linux that Davylamp runs on. */
const ticksPerSecond = 100

export function costOf(pid: number): Cost {
  const { own } = statOf(pid)
  return { cpuSeconds: own, residentMegabytes: memoryOf(pid, 'VmRSS') }
}

/** Of a server and its children, those that have ended included. Shared pages are counted once. */
export function costOfTree(pid: number): Cost {
  const { own, waited } = statOf(pid)
  let cpuSeconds = own + waited
  let residentMegabytes = memoryOf(pid, 'VmRSS')
  for (const child of childrenOf(pid)) {
    const stat = statOf(child)
    cpuSeconds += stat.own + stat.waited
    residentMegabytes += memoryOf(child, 'RssAnon')
  }
  return { cpuSeconds, residentMegabytes }
}

export function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
}

function statOf(pid: number): { own: number; waited: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = (index: number) => Number(fields[index] ?? 0)
    return { own: (ticks(11) + ticks(12)) / ticksPerSecond, waited: (ticks(13) + ticks(14)) / ticksPerSecond }
  } catch {
    return { own: 0, waited: 0 }
  }
}

function memoryOf(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(one => parentOf(one) === pid)
}

function parentOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}
