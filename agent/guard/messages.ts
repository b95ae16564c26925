import type { Detection, Examination, FileChangeEvent, PreventionState, SensorStatus } from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'
import type { PlaceJudgement, ProcessQuestion } from '../watch/ports.ts'

// What the agent and its guard say to each other: JSON lines, each way in the order in which it was said.

/** What the guard is for; the first line that it hears. */
export interface GuardTask {
  readonly mode: PreventionState['mode']
  readonly response: ResponseConfig
  /** Local rules' folders, besides those of the state folder. */
  readonly rules: readonly string[]
  /** The gate holds these file systems only; absent: every local one. */
  readonly only?: readonly string[] | undefined
}

export type GuardQuestion =
  | { readonly about: 'process'; readonly process: ProcessQuestion }
  | { readonly about: 'file'; readonly path: string }
  | { readonly about: 'places'; readonly changes: readonly FileChangeEvent[] }

export type ToGuard =
  | ({ readonly kind: 'begin' } & GuardTask)
  | { readonly kind: 'ask'; readonly id: number; readonly question: GuardQuestion }
  /** Rules, lists and what was allowed are read anew; what is guarded stays guarded meanwhile. */
  | { readonly kind: 'reload' }

export type GuardAnswer = Examination | readonly PlaceJudgement[]

/** What the guard did since it began. */
export type GuardCounts = Pick<PreventionState, 'asked' | 'allowed' | 'denied' | 'late' | 'killed' | 'wouldHave'>

export type FromGuard =
  /** It knows its rules, and in `block` the gate is shut. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: GuardAnswer }
  | { readonly kind: 'failed'; readonly id: number; readonly why: string }
  | {
      readonly kind: 'state'
      readonly counts: GuardCounts
      readonly gate?: SensorStatus | undefined
      readonly problem?: string | undefined
    }
  | { readonly kind: 'detection'; readonly detection: Detection }
  | { readonly kind: 'log'; readonly line: string }
