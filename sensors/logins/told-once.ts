import type { LoginEvent } from '../../model/index.ts'

const rememberMs = 30_000
const mostKept = 20_000
/** utmp(5) keeps 32 bytes of a name. */
const recordedName = 32

interface Told {
  readonly atMs: number
  readonly by: Set<string>
}

/**
 * The same log-in stands in the journal, in auth.log and in btmp. Whoever is first tells it; each of the others then has one
 * that it need not tell. Those that only one of them has are told all the same.
 */
export class ToldOnce {
  readonly #told = new Map<string, Told[]>()
  #kept = 0

  /** Whether a source is the first to tell of it. `nowMs` is when it was read. */
  isNews(event: LoginEvent, source: string, nowMs: number): boolean {
    const key = `${event.succeeded} ${event.address ?? ''} ${(event.account ?? '').slice(0, recordedName)}`
    const told = (this.#told.get(key) ?? []).filter(({ atMs }) => nowMs - atMs <= rememberMs)
    const open = told.find(({ by }) => !by.has(source))
    if (open !== undefined) {
      open.by.add(source)
      return false
    }
    told.push({ atMs: nowMs, by: new Set([source]) })
    this.#told.set(key, told)
    if (++this.#kept > mostKept) this.#forget(nowMs)
    return true
  }

  #forget(nowMs: number): void {
    this.#kept = 0
    for (const [key, told] of this.#told) {
      const fresh = told.filter(({ atMs }) => nowMs - atMs <= rememberMs)
      if (fresh.length === 0) this.#told.delete(key)
      else this.#told.set(key, fresh)
      this.#kept += fresh.length
    }
    if (this.#kept <= mostKept / 2) return
    // More than can be remembered: better told twice than not at all.
    this.#told.clear()
    this.#kept = 0
  }
}
