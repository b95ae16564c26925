import type { Missed } from './walk-messages.ts'

const mostPaths = 20

/** What could not be read, by reason: a number and the first paths, because a disk may have a million of them. */
export class MissedList {
  readonly #reasons = new Map<string, { count: number; paths: string[] }>()

  add(path: string, why: string): void {
    this.merge({ why, count: 1, paths: [path] })
  }

  merge({ why, count, paths }: Missed): void {
    const known = this.#reasons.get(why) ?? { count: 0, paths: [] }
    this.#reasons.set(why, known)
    known.count += count
    known.paths.push(...paths.slice(0, mostPaths - known.paths.length))
  }

  all(): Missed[] {
    return [...this.#reasons].map(([why, { count, paths }]) => ({ why, count, paths }))
  }
}
