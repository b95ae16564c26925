import { readdirSync, readFileSync } from 'node:fs'
import { bootClockMs } from '../../native/read/clock.ts'
import { parseStat } from '../../target/index.ts'
import type { ExecSource, SeenExec } from './source.ts'

const everyMs = 1000

interface Known {
  readonly startTime: number
  readonly command: string
}

/**
 * Looks every second what processes there are: programs that live for less are not seen, and a process that starts another
 * program in its place is seen by its command only. `proc` is where /proc is.
 */
export function pollingSource(proc: string): ExecSource {
  let known = read(proc, new Map())
  const waiting: SeenExec[] = []
  return {
    name: 'polling',
    everyMs,
    each(most, told) {
      if (waiting.length === 0) {
        const now = read(proc, known)
        for (const [pid, { startTime, command }] of now) {
          const before = known.get(pid)
          if (before?.startTime === startTime && before.command === command) continue
          waiting.push({ pid, startTime, bootMs: bootClockMs() })
        }
        known = now
      }
      const given = waiting.splice(0, most)
      for (const one of given) told.exec(one)
      return given.length
    },
    lost: () => 0,
    close: () => {},
  }
}

function read(proc: string, before: ReadonlyMap<number, Known>): Map<number, Known> {
  const found = new Map<number, Known>()
  for (const name of readdirSync(proc)) {
    if (!/^[1-9]\d*$/.test(name)) continue
    try {
      const stat = parseStat(readFileSync(`${proc}/${name}/stat`, 'latin1'))
      if (stat === undefined || stat.kernelThread) continue
      const old = before.get(stat.pid)
      // The name changes with the program, so that argv is read for new names only.
      const same = old?.startTime === stat.startTime && old.command.startsWith(`${stat.name}\0`)
      const command = same
        ? old.command
        : `${stat.name}\0${readFileSync(`${proc}/${name}/cmdline`, 'latin1').slice(0, 200)}`
      found.set(stat.pid, { startTime: stat.startTime, command })
    } catch {
      // It ended meanwhile.
    }
  }
  return found
}
