import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, readJson, replaceJson } from '../own-files.ts'

/** One look to come at what a run removed. */
export interface LaterLook {
  readonly run: string
  /** `after 1 hour`, `after the next boot`. */
  readonly when: string
  /** RFC 3339; absent: when this boot is over. */
  readonly at?: string
  readonly boot: string
}

const steps = [
  ['after 1 hour', 3_600],
  ['after 24 hours', 86_400],
  ['after 8 days', 8 * 86_400],
] as const
/** So long after the start of a new boot: what starts late has started then. */
const afterBootSeconds = 300
const mostLooks = 1_000

/** Which runs are looked at again when; on the disk, because 8 days are longer than a process lives. */
export class LaterLooks {
  readonly #path: string
  readonly #boot: string
  readonly #started = Date.now()
  #looks: readonly LaterLook[]

  constructor(own: string, boot = bootId()) {
    this.#path = join(own, 'later-looks.json')
    this.#boot = boot
    this.#looks = lookList(readJson(this.#path)?.['looks'])
  }

  add(run: string, now: Date): void {
    const timed = steps.map(([when, seconds]) => ({
      run,
      when,
      at: new Date(now.getTime() + seconds * 1_000).toISOString(),
      boot: this.#boot,
    }))
    // Anew rather than twice, when a crash cut off what comes after.
    const others = this.#looks.filter(one => one.run !== run)
    this.#write([...others, ...timed, { run, when: 'after the next boot', boot: this.#boot }].slice(-mostLooks))
  }

  /** The run was taken back: nobody wants to know any more. */
  forget(run: string): void {
    this.#write(this.#looks.filter(one => one.run !== run))
  }

  /** When the next one is due; undefined: none is waiting in this boot. */
  next(): Date | undefined {
    const times = this.#looks.flatMap(one => this.#dueAt(one) ?? [])
    return times.length === 0 ? undefined : new Date(Math.min(...times))
  }

  /** Runs with a look that is due; several of one run are one look. */
  due(now: Date): string[] {
    const late = this.#looks.filter(one => (this.#dueAt(one) ?? Number.POSITIVE_INFINITY) <= now.getTime())
    return [...new Set(late.map(one => one.run))]
  }

  done(run: string, now: Date): void {
    this.#write(
      this.#looks.filter(one => one.run !== run || (this.#dueAt(one) ?? Number.POSITIVE_INFINITY) > now.getTime()),
    )
  }

  #dueAt(look: LaterLook): number | undefined {
    if (look.at !== undefined) return Date.parse(look.at)
    return look.boot === this.#boot ? undefined : this.#started + afterBootSeconds * 1_000
  }

  #write(looks: readonly LaterLook[]): void {
    replaceJson(this.#path, { format: 'davylamp-later-looks', version: 1, looks })
    this.#looks = looks
  }
}

/** Names this boot of the kernel. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
}

function lookList(value: unknown): LaterLook[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one: unknown) => {
    if (!isRecord(one)) return []
    const { run, when, at, boot } = one
    if (typeof run !== 'string' || typeof when !== 'string' || typeof boot !== 'string') return []
    return [{ run, when, boot, ...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at } : {}) }]
  })
}
