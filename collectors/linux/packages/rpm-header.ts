/** Tags of rpmtag.h that ownership needs. */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  fileDigests: 1035,
  fileFlags: 1037,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  digestAlgorithm: 5011,
} as const
const mostEntries = 65_536
const mostItems = 1_000_000

/** The header of an installed package: an index of tags and the data that they point into (rpm's header format, version 3). */
export class RpmHeader {
  readonly #bytes: Buffer
  readonly #dataStart: number
  readonly #entries = new Map<number, { offset: number; count: number }>()

  private constructor(bytes: Buffer, entryCount: number) {
    this.#bytes = bytes
    this.#dataStart = 8 + entryCount * 16
    for (let at = 8; at < this.#dataStart; at += 16) {
      const count = Math.min(bytes.readUInt32BE(at + 12), mostItems)
      this.#entries.set(bytes.readUInt32BE(at), { offset: this.#dataStart + bytes.readUInt32BE(at + 8), count })
    }
  }

  static parse(bytes: Buffer): RpmHeader | undefined {
    if (bytes.length < 8) return undefined
    const entryCount = bytes.readUInt32BE(0)
    if (entryCount > mostEntries || 8 + entryCount * 16 > bytes.length) return undefined
    return new RpmHeader(bytes, entryCount)
  }

  get name(): string {
    return this.#text(tags.name)
  }

  get version(): string {
    const [epoch] = this.#numbers(tags.epoch)
    const version = `${this.#text(tags.version)}-${this.#text(tags.release)}`
    return epoch === undefined ? version : `${epoch}:${version}`
  }

  get architecture(): string {
    return this.#text(tags.arch)
  }

  /** Number of the algorithm as OpenPGP counts them (RFC 4880 §9.4); 1, MD5, where none is written. */
  get digestAlgorithm(): number {
    return this.#numbers(tags.digestAlgorithm)[0] ?? 1
  }

  /** Absolute paths in the order of the file tags. */
  paths(): Buffer[] {
    const directories = this.#strings(tags.dirNames)
    const indexes = this.#numbers(tags.dirIndexes)
    return this.#strings(tags.baseNames).map((base, at) => {
      const directory = directories[indexes[at] ?? -1]
      return directory === undefined ? base : Buffer.concat([directory, base])
    })
  }

  /** Hex, in the order of the file tags; empty for what has no content. */
  digests(): Buffer[] {
    return this.#strings(tags.fileDigests)
  }

  /** Bits of rpmfileAttrs, in the order of the file tags. */
  flags(): number[] {
    return this.#numbers(tags.fileFlags)
  }

  #text(tag: number): string {
    return this.#strings(tag)[0]?.toString('utf8') ?? ''
  }

  #strings(tag: number): Buffer[] {
    const entry = this.#entries.get(tag)
    const found: Buffer[] = []
    if (entry === undefined) return found
    for (let at = entry.offset; found.length < entry.count; ) {
      const end = this.#bytes.indexOf(0, at)
      if (end < 0 || at >= this.#bytes.length) break
      found.push(this.#bytes.subarray(at, end))
      at = end + 1
    }
    return found
  }

  #numbers(tag: number): number[] {
    const entry = this.#entries.get(tag)
    const found: number[] = []
    if (entry === undefined) return found
    for (let at = entry.offset; found.length < entry.count && at + 4 <= this.#bytes.length; at += 4) {
      found.push(this.#bytes.readUInt32BE(at))
    }
    return found
  }
}
