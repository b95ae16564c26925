import { writeFileSync } from 'node:fs'
import { lockOwnCode } from '../../native/read/own-memory.ts'

/** Nearly the last that the kernel ends when memory is short (proc_pid_oom_score_adj(5)): agent and scans go before. */
const lastToGo = -900

/** Whoever answers for others must not be ended, or wait for a disk to read its own code, when memory is short. Gives what was not possible. */
export function keepOwnPlace(): string[] {
  const problems: string[] = []
  const attempt = (what: string, work: () => void) => {
    try {
      work()
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  attempt('oom_score_adj', () => writeFileSync('/proc/self/oom_score_adj', String(lastToGo)))
  attempt('locked code', lockOwnCode)
  return problems
}
