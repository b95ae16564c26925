import type { Action, Phase } from '../model/index.ts'

/** An action that a fact asks for, before it has its place. */
export interface Wanted {
  readonly phase: Phase
  /** Order inside the phase, lowest first. */
  readonly rank: number
  readonly action: Action
  readonly reason: string
  readonly fact: string
}

export interface Skipped {
  readonly what: string
  readonly why: string
  readonly fact?: string
}

export interface Advice {
  readonly text: string
  readonly command?: string
}

/** What one incident asks for. */
export interface Wishes {
  readonly actions: readonly Wanted[]
  readonly skipped: readonly Skipped[]
  readonly advice: readonly Advice[]
}

export interface PlanOptions {
  readonly root: string
  readonly live: boolean
  /** Reinstall packages whose files were replaced and have no sound original. */
  readonly reinstall: boolean
  /** Seconds for which addresses stay blocked. */
  readonly blockSeconds: number
}
