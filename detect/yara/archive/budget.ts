/** How much of one archive is looked at. */
export interface ArchiveLimits {
  readonly members: number
  /** Of all members together, unpacked. */
  readonly bytes: number
  /** Unpacked bytes for one packed one, once more than `freeBytes` were unpacked. */
  readonly ratio: number
  readonly freeBytes: number
  readonly seconds: number
}

export const usualLimits: ArchiveLimits = {
  members: 5000,
  bytes: 256 * 1024 * 1024,
  ratio: 200,
  freeBytes: 16 * 1024 * 1024,
  seconds: 20,
}

/** Why the rest of an archive is not looked at. */
export type CutReason = 'limit' | 'time' | 'damaged' | 'encrypted' | 'nested'

/** Ends the look into an archive. What was looked at before stays. */
export class ArchiveCut extends Error {
  override readonly name = 'ArchiveCut'
  readonly reason: CutReason

  constructor(reason: CutReason, options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}

/** Counts what is read and unpacked of one archive, and ends it when that is too much. */
export class ArchiveBudget {
  readonly #limits: ArchiveLimits
  readonly #end: number
  #packed = 0
  #unpacked = 0
  #members = 0

  constructor(limits: ArchiveLimits) {
    this.#limits = limits
    this.#end = performance.now() + limits.seconds * 1000
  }

  /** Unpacked bytes that may still come, after what was read. */
  get room(): number {
    const { bytes, freeBytes, ratio } = this.#limits
    return Math.max(0, Math.min(bytes, Math.max(freeBytes, this.#packed * ratio)) - this.#unpacked)
  }

  takePacked(bytes: number): void {
    this.#packed += bytes
    if (performance.now() > this.#end) throw new ArchiveCut('time')
  }

  /** Of these bytes those for which there is room; ends the look behind them when they are not all. */
  *admitted(bytes: Uint8Array): Generator<Uint8Array> {
    const admitted = bytes.subarray(0, this.room)
    this.#unpacked += admitted.length
    if (admitted.length > 0) yield admitted
    if (admitted.length < bytes.length) throw new ArchiveCut('limit')
  }

  takeMember(): void {
    this.#members++
    if (this.#members > this.#limits.members) throw new ArchiveCut('limit')
    if (performance.now() > this.#end) throw new ArchiveCut('time')
  }
}
