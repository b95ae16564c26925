import type { FileStatus } from '../../native/read/file-status.ts'

/**
 * Words of an entry: device, inode, size, time of modification and of change, and the place of its digests. Times keep
 * their nanoseconds; the two highest bits of those of the modification say what was found.
 */
export const wordsPerEntry = 10
/** Those that must be the same for the file to be the one that was read. */
const keyWords = 9
const modifiedNanoseconds = 6
const digestWord = 9
export const hitFlag = 0x4000_0000
export const cutFlag = 0x8000_0000
const flags = hitFlag | cutFlag

/**
 * Files that were read, as an open hash table in one block of memory: threads share it, and the file of the cache holds it
 * as it is. An empty slot has inode 0.
 */
export class CacheTable {
  readonly words: Uint32Array
  readonly slots: number

  constructor(words: Uint32Array) {
    this.words = words
    this.slots = Math.floor(words.length / wordsPerEntry)
  }

  /** Slot of an entry that agrees in everything, or -1. */
  find(entry: Uint32Array): number {
    if (this.slots === 0) return -1
    for (let slot = firstSlot(entry, this.slots), tries = 0; tries < this.slots; tries++) {
      const at = slot * wordsPerEntry
      if (this.words[at + 1] === 0 && this.words[at + 2] === 0) return -1
      if (this.#same(at, entry)) return slot
      slot = slot + 1 === this.slots ? 0 : slot + 1
    }
    return -1
  }

  /** Puts in an entry, or replaces the one of the same file; undefined when there is no room. */
  put(entry: Uint32Array): 'added' | 'replaced' | undefined {
    for (let slot = firstSlot(entry, this.slots), tries = 0; tries < this.slots; tries++) {
      const at = slot * wordsPerEntry
      const empty = this.words[at + 1] === 0 && this.words[at + 2] === 0
      if (empty || this.#sameFile(at, entry)) {
        for (let word = 0; word < wordsPerEntry; word++) this.words[at + word] = entry[word] ?? 0
        return empty ? 'added' : 'replaced'
      }
      slot = slot + 1 === this.slots ? 0 : slot + 1
    }
    return undefined
  }

  isEmpty(slot: number): boolean {
    return this.words[slot * wordsPerEntry + 1] === 0 && this.words[slot * wordsPerEntry + 2] === 0
  }

  entry(slot: number): Uint32Array {
    return this.words.subarray(slot * wordsPerEntry, (slot + 1) * wordsPerEntry)
  }

  /** Whether something was found in the file of an entry, or not all of it was read. */
  static isMarked(entry: Uint32Array): boolean {
    return ((entry[modifiedNanoseconds] ?? 0) & flags) !== 0
  }

  flagsOf(slot: number): number {
    return ((this.words[slot * wordsPerEntry + modifiedNanoseconds] ?? 0) & flags) >>> 0
  }

  #sameFile(at: number, entry: Uint32Array): boolean {
    return this.words[at] === entry[0] && this.words[at + 1] === entry[1] && this.words[at + 2] === entry[2]
  }

  #same(at: number, entry: Uint32Array): boolean {
    for (let word = 0; word < keyWords; word++) {
      const [one = 0, other = 0] = [this.words[at + word], entry[word]]
      if (word === modifiedNanoseconds ? (one & ~flags) !== (other & ~flags) : one !== other) return false
    }
    return true
  }
}

function firstSlot(entry: Uint32Array, slots: number): number {
  const [device = 0, low = 0, high = 0] = entry
  let mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(device, 0xc2b2ae35), 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return ((mixed ^ (mixed >>> 13)) >>> 0) % slots
}

/** The key of a file as statx(2) told it; whoever looks at many fills the same words. */
export function keyOf({ words }: FileStatus, into: Uint32Array): void {
  into[0] = (((words[34] ?? 0) << 20) | ((words[35] ?? 0) & 0xf_ffff)) >>> 0
  into[1] = words[8] ?? 0
  into[2] = words[9] ?? 0
  into[3] = words[10] ?? 0
  into[4] = words[11] ?? 0
  into[5] = words[28] ?? 0
  into[6] = (words[30] ?? 0) & ~flags
  into[7] = words[24] ?? 0
  into[8] = (words[26] ?? 0) & ~flags
  into[digestWord] = 0
}

export function setFlags(entry: Uint32Array, found: number): void {
  entry[modifiedNanoseconds] = (((entry[modifiedNanoseconds] ?? 0) & ~flags) | found) >>> 0
}

/** One-based place of its digests; 0 where it has none. */
export function digestPlace(entry: Uint32Array): number {
  return entry[digestWord] ?? 0
}

export function setDigestPlace(entry: Uint32Array, place: number): void {
  entry[digestWord] = place
}

/** An entry as a key of a map. */
export function textKey(entry: Uint32Array): string {
  const [a, b, c, d, e, f, g = 0, h, i] = entry
  return `${a},${b},${c},${d},${e},${f},${(g & ~flags) >>> 0},${h},${i}`
}
