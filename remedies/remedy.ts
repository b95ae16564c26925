import type { Action, ActionKind, ActionOf } from '../model/index.ts'
import type { WritableHost } from './host.ts'

export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'already-done' }
  /** The object is not what the plan saw. The step stops; nothing is forced. */
  | { readonly state: 'changed-since'; readonly detail: string }
  /** Protected, or impossible here. */
  | { readonly state: 'refused'; readonly detail: string }

export type Undone = 'undone' | { readonly changedSince: string } | 'final'

/** Thrown by `apply` when the object changed after `check`: nothing of it was touched. */
export class ChangedSince extends Error {
  override readonly name = 'ChangedSince'
}

/**
 * Changes one kind of thing and can change it back. `prepare` gathers what undo needs and changes nothing on the host but
 * the vault; its result is journaled and fsynced before `apply`. All of them can be called again after a crash between
 * any two steps: `apply` finishes what it began, `undo` takes back whatever part was done.
 */
export interface Remedy<K extends ActionKind = ActionKind, Undo = unknown> {
  readonly kind: K
  /** False for what cannot be taken back. */
  readonly undoable: boolean
  /** True where it needs a running system: skipped, and said, on a tree. */
  readonly needsLive: boolean
  check(action: ActionOf<K>, host: WritableHost): Promise<Readiness>
  prepare(action: ActionOf<K>, host: WritableHost): Promise<Undo>
  /** May return actions that follow from it, such as killing a process that joined the frozen set. */
  apply(action: ActionOf<K>, saved: Undo, host: WritableHost): Promise<readonly Action[] | undefined>
  undo(action: ActionOf<K>, saved: Undo, host: WritableHost): Promise<Undone>
}

export const ready: Readiness = { state: 'ready' }
export const alreadyDone: Readiness = { state: 'already-done' }

export function changedSince(detail: string): Readiness {
  return { state: 'changed-since', detail }
}

export function refused(detail: string): Readiness {
  return { state: 'refused', detail }
}
