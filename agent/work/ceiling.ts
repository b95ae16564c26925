import type { ChildProcess } from 'node:child_process'
import { processorSecondsOf } from './process-stat.ts'
import { serviceGroups } from './service-groups.ts'

const tickMs = 100
/** Of a tick that may be overdrawn before the child has to rest. */
const slackSeconds = 0.05

/**
 * Keeps a child that only looks below so much of one core: by a control group where systemd delegated one to the agent, else by
 * stopping and continuing it. Never used for a child that may have frozen something. The answer takes the ceiling away.
 */
export function limitProcessor(child: ChildProcess, percent: number): () => void {
  const { pid } = child
  if (pid === undefined) return () => {}
  // Also without a ceiling of the processor: the group bounds its memory.
  if (serviceGroups()?.hold(pid, percent) === true || percent >= 100) return () => {}
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
