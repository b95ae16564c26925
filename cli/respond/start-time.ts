import { readFileSync } from 'node:fs'
import { parseStat } from '../../target/index.ts'

/** Clock ticks after boot; undefined when there is no such process. */
export function startTimeOf(pid: number): number | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.startTime
  } catch {
    return undefined
  }
}
