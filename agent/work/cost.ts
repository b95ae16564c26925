import type { AgentHealth } from '../../model/wire/index.ts'
import { anonymousBytesOf, childrenSeconds } from '../own-cost.ts'

type Cost = Pick<
  AgentHealth,
  'periodSeconds' | 'cpuSeconds' | 'residentBytes' | 'anonymousBytes' | 'childrenCpuSeconds'
>

/** Counts what this process and its children cost, from one call to the next. */
export function costCounter(): () => Cost {
  let [at, own, children] = [performance.now(), ownSeconds(), childrenSeconds()]
  return () => {
    const now = [performance.now(), ownSeconds(), childrenSeconds()] as const
    const cost = {
      periodSeconds: (now[0] - at) / 1_000,
      cpuSeconds: Math.max(0, now[1] - own),
      residentBytes: process.memoryUsage.rss(),
      anonymousBytes: anonymousBytesOf('self'),
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
