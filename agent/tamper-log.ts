import { join } from 'node:path'
import { isRecord, readJson, replaceJson } from './own-files.ts'
import type { Tampering } from './tampering/index.ts'

export interface SeenTampering extends Tampering {
  readonly at: string
}

const mostKept = 10

/** The last things that somebody did to the agent, for whoever asks this host; they outlive a restart. */
export class TamperLog {
  readonly #path: string
  #seen: SeenTampering[]
  #count = 0

  constructor(own: string) {
    this.#path = join(own, 'tampering.json')
    const kept = readJson(this.#path)?.['seen']
    this.#seen = Array.isArray(kept) ? kept.filter(isSeen).slice(-mostKept) : []
  }

  /** At most ten, newest last. */
  get last(): readonly SeenTampering[] {
    return this.#seen
  }

  /** Since this process began. */
  get count(): number {
    return this.#count
  }

  /** Throws the system's error where it cannot be written; it is known until the end of the process all the same. */
  add(tampering: Tampering, now = new Date()): void {
    this.#count += 1
    this.#seen = [...this.#seen, { at: now.toISOString(), ...tampering }].slice(-mostKept)
    replaceJson(this.#path, { format: 'davylamp-tampering', version: 1, seen: this.#seen })
  }
}

function isSeen(value: unknown): value is SeenTampering {
  return isRecord(value) && ['at', 'what', 'detail'].every(key => typeof value[key] === 'string')
}
