import type { Gap } from '../../model/index.ts'
import type { DigestType } from './indicator.ts'
import { openSources } from './indicators.ts'
import { BrokenSetError, KeySet, type LoadedIndex } from './key-set.ts'
import { isOfSystem } from './open-source.ts'

/** Whether a digest is on a list, for threads that hash many files. What the list says of it `Indicators.find` tells. */
export interface HashLookup {
  /** Digests that are worth computing. */
  readonly wants: Readonly<Record<DigestType, boolean>>
  /** 16, 20 or 32 bytes: MD5, SHA-1, SHA-256. Some 0.3 µs where it is on none; the disk is read where it may be. */
  has(digest: Uint8Array): boolean
  close(): void
}

/** Indexes of all hash sets in memory that threads share: `postMessage` and `workerData` hand it over without a copy. */
export type SharedHashes = Readonly<Record<DigestType, readonly LoadedIndex[]>>

const digestOf: Readonly<Record<number, DigestType>> = { 16: 'md5', 20: 'sha1', 32: 'sha256' }

/** Some 9 bits of memory for each hash of `intel/`, once for all threads. Damaged sets are told to `addGap` and left out. */
export function shareHashes(intel: string, addGap: (gap: Gap) => void = () => {}): SharedHashes {
  const shared: Record<DigestType, LoadedIndex[]> = { md5: [], sha1: [], sha256: [] }
  for (const one of openSources(intel, addGap))
    for (const type of ['md5', 'sha1', 'sha256'] as const) {
      if (!one.holds(type)) continue
      try {
        const index = one.index(type)
        if (index !== undefined) shared[type].push(index)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        addGap({ what: 'indicators', why: `the hashes of "${one.about.name}" cannot be used: ${why}`, path: intel })
      }
    }
  return shared
}

/** One in each thread: of the folder `intel/`, or of what another thread shares. */
export function openHashLookup(from: string | SharedHashes): HashLookup {
  const shared = typeof from === 'string' ? shareHashes(from) : from
  const sets: Record<DigestType, KeySet[]> = {
    md5: shared.md5.map(one => new KeySet(one)),
    sha1: shared.sha1.map(one => new KeySet(one)),
    sha256: shared.sha256.map(one => new KeySet(one)),
  }
  return {
    wants: { md5: sets.md5.length > 0, sha1: sets.sha1.length > 0, sha256: sets.sha256.length > 0 },
    has(digest) {
      const type = digestOf[digest.length]
      if (type === undefined) return false
      for (const set of sets[type]) if (hasIn(set, digest)) return true
      return false
    },
    close() {
      for (const list of Object.values(sets)) for (const set of list) set.close()
    },
  }
}

/** Whoever asks further (`Indicators.find`) hears of the damage; here nothing is known for sure, so the answer leads there. */
function hasIn(set: KeySet, digest: Uint8Array): boolean {
  try {
    return set.has(digest)
  } catch (error) {
    if (error instanceof BrokenSetError || isOfSystem(error)) return true
    throw error
  }
}
