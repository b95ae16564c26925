import { readFileSync } from 'node:fs'
import type { AgentHealth } from '../../model/wire/index.ts'
import { endedChildrenSeconds } from './process-stat.ts'

type Cost = Pick<
  AgentHealth,
  'periodSeconds' | 'cpuSeconds' | 'residentBytes' | 'anonymousBytes' | 'childrenCpuSeconds'
>

/** Counts what this process and its children cost, from one call to the next. */
export function costCounter(): () => Cost {
  let [at, own, children] = [performance.now(), ownSeconds(), endedChildrenSeconds()]
  return () => {
    const now = [performance.now(), ownSeconds(), endedChildrenSeconds()] as const
    const cost = {
      periodSeconds: (now[0] - at) / 1_000,
      cpuSeconds: Math.max(0, now[1] - own),
      residentBytes: process.memoryUsage.rss(),
      anonymousBytes: anonymousBytes(),
      childrenCpuSeconds: Math.max(0, now[2] - children),
    }
    ;[at, own, children] = now
    return cost
  }
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

/** Memory that no file backs, from /proc/self/smaps_rollup (proc(5)); 0 where the kernel has no such file. */
function anonymousBytes(): number {
  try {
    const found = /^Anonymous:\s+(\d+) kB/m.exec(readFileSync('/proc/self/smaps_rollup', 'latin1'))
    return Number(found?.[1] ?? 0) * 1_024
  } catch {
    return 0
  }
}
