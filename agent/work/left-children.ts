import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, replaceJson } from '../own-files.ts'
import { startTimeOf } from './process-stat.ts'

/** Writes down which child is at work, so that the next agent knows what outlived this one. */
export function rememberChild(own: string, pid: number, kind: 'look' | 'change'): void {
  replaceJson(join(own, 'child.json'), { pid, startTime: startTimeOf(pid), kind })
}

/** Ends a look that outlived its agent, which may have left it stopped. What changes the host goes on to its end. */
export function endLeftLooks(own: string): void {
  const path = join(own, 'child.json')
  const { pid, startTime, kind } = readJson(path) ?? {}
  if (typeof pid !== 'number' || startTimeOf(pid) !== startTime) return rmSync(path, { force: true })
  if (kind !== 'look') return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
  rmSync(path, { force: true })
}
