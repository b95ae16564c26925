import { writeFileSync } from 'node:fs'

/** How gladly the kernel ends a process when memory is short (proc(5), oom_score_adj): a scan before all else, a clean-up like any program. */
const adjustments = { look: 500, change: 0 } as const

/** Takes the protection of the service away from a child that is about to work. The one that answers the kernel keeps it. */
export function setMemoryWorth(pid: number, kind: keyof typeof adjustments): boolean {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, `${adjustments[kind]}`)
    return true
  } catch {
    return false
  }
}
