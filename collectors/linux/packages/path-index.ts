import { randomInt } from 'node:crypto'

const newline = 10
/** No honest list is bigger; what lies behind is not indexed. */
const mostText = 256 * 1024 * 1024

/**
 * Which package lists a path, for hundreds of thousands of paths in little memory: the lists stay the bytes they are, and
 * an open hash table holds where each line starts. The first package that lists a path is the one that is found.
 */
export class PathIndex {
  readonly #text: Buffer
  readonly #starts: Uint32Array
  readonly #table: Uint32Array
  /** The lists are written by whoever is root on the host, so the hash must not be known in advance. */
  readonly #seed = randomInt(2 ** 32)

  /** Each list: one absolute path a line. It is copied before the next is asked for; `expected` is how many bytes are to come. */
  constructor(lists: Iterable<Buffer>, expected = 0) {
    const starts: number[] = []
    let text = Buffer.allocUnsafeSlow(Math.min(Math.max(expected, 65_536), mostText))
    let length = 0
    for (const list of lists) {
      starts.push(length)
      if (length + list.length + 1 > mostText) continue
      if (length + list.length + 1 > text.length) text = longer(text, length, length + list.length + 1)
      list.copy(text, length)
      length += list.length
      if (list.length > 0 && list[list.length - 1] !== newline) text[length++] = newline
    }
    starts.push(length)
    this.#starts = Uint32Array.from(starts)
    this.#text = text.subarray(0, length)
    let slots = 1024
    const lines = countLines(this.#text)
    while (slots < lines * 2) slots *= 2
    this.#table = new Uint32Array(slots)
    this.#fill()
  }

  /** The number of the first list that has this path, or undefined. */
  find(path: Buffer): number | undefined {
    const mask = this.#table.length - 1
    for (let slot = this.#hash(path, 0, path.length) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#table[slot] ?? 0
      if (entry === 0) return undefined
      if (this.#sameLine(entry - 1, path, 0, path.length)) return this.#listAt(entry - 1)
    }
  }

  /** Every list that has this path: a linear search, for the few paths that several packages fight over. */
  findAll(path: Buffer): number[] {
    const found: number[] = []
    // An empty path is found everywhere, for ever.
    if (path.length === 0) return found
    for (let at = this.#text.indexOf(path); at >= 0; at = this.#text.indexOf(path, at + 1)) {
      const whole = (at === 0 || this.#text[at - 1] === newline) && this.#text[at + path.length] === newline
      if (whole) found.push(this.#listAt(at))
    }
    return found
  }

  /** The bytes of one list. */
  list(number: number): Buffer {
    return this.#text.subarray(this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0)
  }

  #fill(): void {
    const text = this.#text
    const mask = this.#table.length - 1
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf(newline, start)
      if (end < 0) return
      for (let slot = this.#hash(text, start, end) & mask; ; slot = (slot + 1) & mask) {
        const entry = this.#table[slot] ?? 0
        if (entry === 0) {
          this.#table[slot] = start + 1
          break
        }
        if (this.#sameLine(entry - 1, text, start, end)) break
      }
      start = end + 1
    }
  }

  /** FNV-1a. */
  #hash(bytes: Buffer, start: number, end: number): number {
    let hash = this.#seed
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    return (hash ^ (hash >>> 15)) >>> 0
  }

  #sameLine(start: number, bytes: Buffer, from: number, to: number): boolean {
    const text = this.#text
    if (text[start + to - from] !== newline) return false
    for (let at = to - 1; at >= from; at--) if (text[start + at - from] !== bytes[at]) return false
    return true
  }

  #listAt(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low + 1 < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low
  }
}

function longer(text: Buffer, length: number, wanted: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(mostText, Math.max(wanted, text.length * 2)))
  text.copy(larger, 0, 0, length)
  return larger
}

function countLines(text: Buffer): number {
  let count = 0
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count++
  return count
}
