import type { Cache, KeptFinding } from './cache-file.ts'
import { CacheTable, digestPlace, setDigestPlace, textKey, wordsPerEntry } from './cache-table.ts'

const mostEntries = 2_000_000
const mostFindings = 20_000

/** Entries as a thread told them; the places of their digests count from 1 within `digests`. */
interface ReadEntries {
  readonly words: Uint32Array
  readonly digests: Buffer
}

/** Makes the cache of a scan out of what it used of the earlier one and what it read itself. */
export class CacheBuilder {
  readonly #before: Cache
  readonly #read: ReadEntries[] = []
  readonly #findings = new Map<string, KeptFinding>()
  readonly #digestBytes: 32 | 48
  #count = 0

  constructor(before: Cache, digestBytes: 32 | 48) {
    this.#before = before
    this.#digestBytes = digestBytes
  }

  /** Entries as a thread told them; the places of their digests count from 1 within `digests`. */
  add(entries: Uint32Array, digests: Buffer, findings: Iterable<readonly [string, KeptFinding]>): void {
    this.#read.push({ words: entries, digests })
    this.#count += entries.length / wordsPerEntry
    for (const [key, finding] of findings) if (this.#findings.size < mostFindings) this.#findings.set(key, finding)
  }

  get count(): number {
    return this.#count
  }

  /** Whether `build` would give the earlier cache again: nothing was read, and all that it holds was met. */
  isUnchanged(used: Uint8Array): boolean {
    if (this.#count > 0) return false
    const { table } = this.#before
    for (let slot = 0; slot < table.slots; slot++) if (!table.isEmpty(slot) && !isUsed(used, slot)) return false
    return true
  }

  /** `used`: a bit for each slot of the earlier cache; without it all of that is kept, as after a scan of a part. */
  build(used?: Uint8Array): Cache {
    const { table, digests } = this.#before
    const kept = this.#keptSlots(used)
    const slots = Math.ceil((kept.length + Math.min(this.#count, mostEntries)) * 1.6) + 1
    const next = new NextCache(slots, this.#digestBytes, kept.length + this.#count)
    const keptDigests = this.#before.digestBytes === this.#digestBytes ? digests : none
    for (const slot of kept) next.put(table.words, slot * wordsPerEntry, keptDigests, this.#before.findings)
    let left = mostEntries - kept.length
    for (const one of this.#read)
      for (let at = 0; at < one.words.length && left-- > 0; at += wordsPerEntry)
        next.put(one.words, at, one.digests, this.#findings)
    return next.whole()
  }

  #keptSlots(used: Uint8Array | undefined): number[] {
    const { table } = this.#before
    const kept: number[] = []
    for (let slot = 0; slot < table.slots; slot++) {
      if (table.isEmpty(slot) || (used !== undefined && !isUsed(used, slot))) continue
      if (kept.length + this.#count >= mostEntries) break
      kept.push(slot)
    }
    return kept
  }
}

const none = Buffer.alloc(0)

/** Filled entry by entry without an object for each: a server has hundreds of thousands of files. */
class NextCache {
  readonly #table: CacheTable
  readonly #digestBytes: 32 | 48
  readonly #entry = new Uint32Array(wordsPerEntry)
  readonly #findings = new Map<string, KeptFinding>()
  #digests: Buffer
  #digestCount = 0
  #entries = 0

  constructor(slots: number, digestBytes: 32 | 48, entries: number) {
    this.#table = new CacheTable(new Uint32Array(new SharedArrayBuffer(slots * wordsPerEntry * 4)))
    this.#digestBytes = digestBytes
    // About one file in eight is a program or a script.
    this.#digests = Buffer.allocUnsafeSlow((1 + (entries >> 3)) * digestBytes)
  }

  put(words: Uint32Array, at: number, digests: Buffer, findings: ReadonlyMap<string, KeptFinding>): void {
    const entry = this.#entry
    for (let word = 0; word < wordsPerEntry; word++) entry[word] = words[at + word] ?? 0
    const place = digestPlace(entry)
    const start = (place - 1) * this.#digestBytes
    const has = place > 0 && start + this.#digestBytes <= digests.length
    setDigestPlace(entry, has ? this.#keepDigest(digests, start) : 0)
    if (this.#table.put(entry) === 'added') this.#entries++
    // Only what is marked has a finding, and a text of each entry would take longer than all the rest.
    const found = CacheTable.isMarked(entry) ? textKey(entry) : undefined
    const finding = found === undefined ? undefined : findings.get(found)
    if (found !== undefined && finding !== undefined) this.#findings.set(found, finding)
  }

  whole(): Cache {
    return {
      table: this.#table,
      entries: this.#entries,
      digestBytes: this.#digestBytes,
      digests: this.#digests.subarray(0, this.#digestCount * this.#digestBytes),
      findings: this.#findings,
    }
  }

  #keepDigest(from: Buffer, start: number): number {
    const at = this.#digestCount * this.#digestBytes
    if (at + this.#digestBytes > this.#digests.length) {
      const larger = Buffer.allocUnsafeSlow(this.#digests.length * 2)
      this.#digests.copy(larger)
      this.#digests = larger
    }
    from.copy(this.#digests, at, start, start + this.#digestBytes)
    this.#digestCount++
    return this.#digestCount
  }
}

function isUsed(used: Uint8Array, slot: number): boolean {
  return ((used[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0
}
