import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, readJson, replaceJson } from '../own-files.ts'
import type { HourCounts, Limited } from './policy.ts'

/** Times that do not jump when somebody sets the clock. */
export interface BootClock {
  /** Names this boot of the kernel. */
  readonly boot: string
  /** Seconds since then, sleep included. */
  uptime(): number
  /** Milliseconds of the clock on the wall. */
  wall(): number
}

/** Minute after boot → how many. Minutes before this boot are negative. */
type Minutes = Map<number, number>

const kinds = ['kills', 'blocks', 'disarms', 'quarantines', 'cleans'] as const satisfies readonly Limited[]
const nameOf = (writer: string) => `response-${writer}.json`
const namePattern = /^response-[a-z]+\.json$/

/**
 * Counts what was done by itself within the last hour, over restarts, and together with the other processes of the agent: each writes a file
 * of its own in `STATE/agent`, and all are read. Counted by the time since boot, so that no set clock ends the hour or makes it last;
 * over a boot the clock on the wall says how long it took, at least as long as this one runs.
 */
export class HourLedger {
  readonly #folder: string
  readonly #own: string
  readonly #clock: BootClock
  readonly #minutes: Record<Limited, Minutes>

  /** `writer`: who counts, a word of small letters; no two processes at a time bear the same. */
  constructor(folder: string, writer: 'agent' | 'guard' | 'addresses' | 'incident', clock: BootClock = hostClock()) {
    this.#folder = folder
    this.#own = nameOf(writer)
    this.#clock = clock
    this.#minutes = readMinutes(join(folder, this.#own), clock)
  }

  /** Of all processes. */
  counts(): HourCounts {
    const others = this.#otherFiles().map(name => readMinutes(join(this.#folder, name), this.#clock))
    return countsIn([this.#minutes, ...others], this.#minute())
  }

  /** Written down when it returns; where that cannot be it counts as long as this process lives, and the reason is thrown. */
  add(kind: Limited, amount = 1): void {
    const minute = this.#minute()
    for (const one of kinds)
      for (const at of this.#minutes[one].keys()) if (!isWithinHour(at, minute)) this.#minutes[one].delete(at)
    const known = this.#minutes[kind]
    known.set(minute, (known.get(minute) ?? 0) + amount)
    replaceJson(join(this.#folder, this.#own), {
      format: 'davylamp-response-counts',
      version: 1,
      boot: this.#clock.boot,
      uptime: this.#clock.uptime(),
      wall: this.#clock.wall(),
      minutes: Object.fromEntries(kinds.map(one => [one, [...this.#minutes[one]]])),
    })
  }

  #minute(): number {
    return Math.floor(this.#clock.uptime() / 60)
  }

  #otherFiles(): string[] {
    try {
      return readdirSync(this.#folder).filter(name => namePattern.test(name) && name !== this.#own)
    } catch {
      return []
    }
  }
}

function countsIn(all: readonly Record<Limited, Minutes>[], now: number): HourCounts {
  const sum = (kind: Limited) => {
    let found = 0
    for (const one of all) for (const [at, amount] of one[kind]) if (isWithinHour(at, now)) found += amount
    return found
  }
  return Object.fromEntries(kinds.map(kind => [kind, sum(kind)])) as Record<Limited, number>
}

/** Of a minute that began at most sixty minutes ago: never less than an hour. */
function isWithinHour(minute: number, now: number): boolean {
  return now - minute <= 60
}

/** In minutes of this boot. What is no such file counts nothing. */
function readMinutes(path: string, clock: BootClock): Record<Limited, Minutes> {
  const { boot, uptime, wall, minutes } = readJson(path) ?? {}
  const found: Record<Limited, Minutes> = {
    kills: new Map(),
    blocks: new Map(),
    disarms: new Map(),
    quarantines: new Map(),
    cleans: new Map(),
  }
  if (typeof uptime !== 'number' || typeof wall !== 'number' || !isRecord(minutes)) return found
  const now = Math.floor(clock.uptime() / 60)
  // Since another boot at least all of this one has gone by, whatever the clock on the wall says.
  const gone = Math.max((clock.wall() - wall) / 60_000, now)
  const shift = boot === clock.boot ? 0 : now - uptime / 60 - gone
  for (const kind of kinds) {
    const list = minutes[kind]
    for (const entry of Array.isArray(list) ? list.slice(0, 100) : []) {
      const [at, amount] = Array.isArray(entry) ? (entry as unknown[]) : []
      if (typeof at !== 'number' || typeof amount !== 'number' || !(amount > 0)) continue
      // Nothing was done later than now.
      const minute = Math.min(Math.floor(at + shift), now)
      found[kind].set(minute, (found[kind].get(minute) ?? 0) + amount)
    }
  }
  return found
}

/** /proc/uptime counts sleep as well (proc(5), CLOCK_BOOTTIME). */
export function hostClock(): BootClock {
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    uptime: () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]),
    wall: () => Date.now(),
  }
}
