import type { SharedHashes } from '../intel/index.ts'
import type { CompiledContentRules } from './content-scanner.ts'
import type { KeptFinding } from './cache-file.ts'
import type { Directory } from './walk-directory.ts'

/** What each thread is given when it starts. Typed arrays lie in shared memory. */
export interface ThreadGiven {
  /** Descriptor of the root of the tree, open in this process. */
  readonly root: number
  readonly compiled: CompiledContentRules
  readonly which: 'own' | 'foreign' | 'all'
  readonly largest: number
  readonly md5: boolean
  /** Hashes that lists hold: what has one of them is told, whatever rules say. */
  readonly hashes?: SharedHashes | undefined
  readonly notInto: readonly string[]
  /** Table of files that need not be read, and a bit for each that was met. */
  readonly known: Uint32Array
  /** Digests of the table's files, SHA-256 with MD5 behind it where that is computed. */
  readonly digests: Uint8Array
  readonly used: Uint8Array
  readonly control: Int32Array
  /** Files, bytes, files met in the table: three of its own for each thread. */
  readonly counts: Float64Array
  readonly number: number
  readonly cpuPercent?: number | undefined
}

/** Places in `control`. */
export const stopPlace = 0
/** How many threads have nothing to do. */
export const hungryPlace = 1
/** Nothing ever changes it: threads rest on it. */
export const restPlace = 2
export const controlPlaces = 3
export const countsPerThread = 3

/** A file that is looked at by its name. */
export interface NamedFile {
  /** Below the root, no part of it a link; `/proc/PID/exe` as it is. */
  readonly path: string
  readonly isProcess?: boolean | undefined
}

export type ToThread =
  | { readonly kind: 'directories'; readonly directories: readonly Directory[] }
  | { readonly kind: 'files'; readonly files: readonly NamedFile[] }

export interface Found extends KeptFinding {
  /** Below the root, in the form of `decodeBytes`. */
  readonly path: string
  /** A list holds its hash. */
  readonly listed?: boolean | undefined
}

export type FromThread =
  | {
      readonly kind: 'found'
      readonly found: readonly Found[]
      readonly known: readonly { path: string; key: string }[]
    }
  | {
      readonly kind: 'read'
      readonly entries: Uint32Array<ArrayBuffer>
      readonly digests: Uint8Array
      readonly findings: readonly (readonly [string, KeptFinding])[]
    }
  | { readonly kind: 'missed'; readonly missed: readonly Missed[] }
  /** Work for a thread that has none. */
  | { readonly kind: 'share'; readonly work: ToThread }
  | { readonly kind: 'idle' }

/** What could not be read for one reason. */
export interface Missed {
  readonly why: string
  readonly count: number
  /** The first of them, below the root. */
  readonly paths: readonly string[]
}
