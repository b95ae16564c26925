import type { KeptFinding } from './cache-file.ts'
import type { Missed } from './walk-messages.ts'

export interface ContentCounts {
  /** Met, with those that an earlier scan had read. */
  readonly files: number
  readonly bytes: number
  readonly cached: number
  readonly seconds: number
}

/** A file in which something was found, or that could not be read whole. */
export interface ContentFound extends KeptFinding {
  /** Absolute path of the tree, in the form of `decodeBytes`. */
  readonly path: string
  /** A list of indicators holds its hash. */
  readonly listed?: boolean | undefined
}

export interface ContentsRead {
  readonly found: readonly ContentFound[]
  readonly counts: ContentCounts
  /** By reason; paths are absolute. */
  readonly missed: readonly Missed[]
  readonly interrupted: boolean
  /** Why nothing could be remembered for the next scan. */
  readonly notKept?: string | undefined
}
