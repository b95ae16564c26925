import type { Detection, PreventionState, Response } from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'

/** An address that is to be blocked, and why. */
export interface AddressToBlock {
  readonly address: string
  readonly seconds: number
  /** One sentence, for the journal. */
  readonly because: string
}

/** What `davylamp agent respond` reads from standard input. */
export interface RespondRequest {
  /**
   * `addresses`: what detections name or talk to is blocked, before anybody has looked; `incident`: looks, and handles the incidents that
   * hold the detections; `block`: addresses that are named here; `listed`: those of indicator lists, or none of them where that is not allowed.
   */
  readonly step: 'addresses' | 'incident' | 'block' | 'listed'
  readonly detections: readonly Detection[]
  readonly addresses: readonly AddressToBlock[]
  readonly response: ResponseConfig
  readonly mode: PreventionState['mode']
  /** Addresses of the center. */
  readonly centers: readonly string[]
}

/** What it answers, one a line. */
export interface RespondLine {
  /** Ids of the detections that it is about. */
  readonly detections: readonly string[]
  readonly response: Response
}

/** What it answers to `listed`. */
export interface ListedState {
  readonly blocked: number
  /** Listed and not blocked: the host's own, what everybody uses, what may never be blocked or was let through by hand. */
  readonly left: number
  /** Why it is less than what was asked. */
  readonly problem?: string
}
