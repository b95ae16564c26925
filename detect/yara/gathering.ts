import { randomBytes } from 'node:crypto'
import type { Hit, OpenedRules } from './opened-rules.ts'
import type { Globals, StringHit } from './yara-engine.ts'

/** Bytes from the beginning that conditions about headers look at. */
const headBytes = 64 * 1024
/** What is kept before and after a hit: strings that a condition wants near each other stay near each other. */
const marginBytes = 4096
const mostBytes = 8 * 1024 * 1024

/** Stands between parts that are not neighbours. Nobody can foresee it, and so write a text that it completes. */
const seam = Buffer.from(randomBytes(24).toString('hex'))

/** A run of the content, with its place there. */
interface Part {
  readonly at: number
  readonly bytes: Uint8Array
}

export interface Gathered {
  readonly hits: readonly Hit[]
  readonly bytes: Uint8Array
  /** Place in the content of a place in `bytes`. */
  offsetOf(place: number): number
}

/**
 * Looks at a content that is seen in chunks as if it were seen whole: what lies around each string that any rule looks for is kept,
 * with the beginning, and the rules judge that.
 */
export class Gathering {
  readonly #rules: OpenedRules
  readonly #margin: number
  readonly #parts: Part[] = []
  #kept = 0
  /** The last parts that are neighbours without a gap. */
  #run = { start: 0, end: 0 }
  #fits = true

  /** `overlap`: what neighbouring chunks share. */
  constructor(rules: OpenedRules, overlap: number) {
    this.#rules = rules
    this.#margin = Math.min(marginBytes, overlap >> 2)
  }

  /** A chunk that begins at `at` of the content; chunks come in order. */
  push(bytes: Uint8Array, at: number, last: boolean, globals: Globals, cut: Set<string>): void {
    if (at === 0) this.#begin(bytes)
    if (!this.#fits) return
    const hits = this.#rules.run('strings', bytes, globals, cut).flatMap(hit => hit.strings)
    // In their order, so that what lies around neighbours is kept once.
    for (const one of hits.sort((a, b) => a.offset - b.offset)) this.#keep(bytes, at, last, one, cut)
  }

  finish(size: number, globals: Globals, cut: Set<string>): Gathered {
    if (!this.#fits) return { hits: [], bytes: Buffer.alloc(0), offsetOf: place => place }
    const parts = joined(this.#parts)
    // Only where the content ends may a word end with it.
    const bytes = Buffer.concat(
      parts.flatMap(part => (part.at + part.bytes.length < size ? [part.bytes, seam] : [part.bytes])),
    )
    const starts: number[] = []
    let start = 0
    for (const part of parts) {
      starts.push(start)
      start += part.bytes.length + seam.length
    }
    return {
      hits: this.#rules.matchGathered(bytes, size, globals, cut),
      bytes,
      offsetOf(place) {
        const index = starts.findLastIndex(one => one <= place)
        return (parts[index]?.at ?? 0) + place - (starts[index] ?? 0)
      },
    }
  }

  #begin(bytes: Uint8Array): void {
    this.#fits = this.#rules.fits(bytes)
    if (!this.#fits) return
    const head = bytes.slice(0, headBytes)
    this.#parts.push({ at: 0, bytes: head })
    this.#run = { start: 0, end: head.length }
  }

  #keep(bytes: Uint8Array, at: number, last: boolean, { offset, length }: StringHit, cut: Set<string>): void {
    const end = offset + length
    // At a border the neighbouring byte is not known, which `fullword` asks for: the other chunk sees it with both sides.
    if ((at > 0 && offset < 2) || (!last && end > bytes.length - 2)) return
    const around = {
      start: at + Math.max(0, offset - this.#margin),
      end: at + Math.min(bytes.length, end + this.#margin),
    }
    const run = this.#run
    const touches = run.start <= around.start && around.start <= run.end
    const start = touches ? run.end : around.start
    if (start >= around.end) return
    if (this.#kept + around.end - start > mostBytes) {
      cut.add('limit')
      return
    }
    this.#kept += around.end - start
    this.#parts.push({ at: start, bytes: bytes.slice(start - at, around.end - at) })
    this.#run = { start: touches ? run.start : start, end: around.end }
  }
}

/** Parts in order, those that touch or overlap made one. */
function joined(parts: readonly Part[]): Part[] {
  const result: { at: number; end: number; pieces: Uint8Array[] }[] = []
  for (const { at, bytes } of [...parts].sort((a, b) => a.at - b.at)) {
    const end = at + bytes.length
    const before = result.at(-1)
    if (before === undefined || at > before.end) result.push({ at, end, pieces: [bytes] })
    else if (end > before.end) {
      before.pieces.push(bytes.subarray(before.end - at))
      before.end = end
    }
  }
  return result.map(({ at, pieces }) => ({ at, bytes: Buffer.concat(pieces) }))
}
