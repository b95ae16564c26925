import type { Gap } from '../model/index.ts'
import { displayBytes } from './bytes.ts'

const mostGaps = 10_000

/** The gaps of a target, one of each kind; a host that makes ten thousand of them gets one more that says so. */
export class GapList {
  readonly list: Gap[] = []
  readonly #seen = new Set<string>()

  add(gap: Gap): void {
    if (this.list.length > mostGaps) return
    const key = JSON.stringify([gap.what, gap.why, gap.path])
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.list.push(this.list.length < mostGaps ? gap : { what: 'gaps', why: `more than ${mostGaps} of them` })
  }

  /** Of one file, whose path is in the form of `decodeBytes`. */
  addFile(path: string, why: string): void {
    const shown = displayBytes(path)
    this.add({ what: shown, why, path: shown })
  }
}
