import type { LoginEvent } from '../../model/index.ts'

/** A log that is followed. */
export interface LoginSource {
  /** `auth.log`, `journal`. */
  readonly name: string
  /** It is there and can be read. */
  readonly open: boolean
  /** How often something may have been lost. */
  readonly lost: number
  /** Why what is there cannot be read. */
  readonly problem?: string | undefined
  /** What was written since the last look, as this log tells it. */
  look(nowMs: number): LoginEvent[]
  close(): void
}
