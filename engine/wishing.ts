import type { Action, FileFact, Incident } from '../model/index.ts'
import type { Advice, PlanOptions, Skipped, Wanted } from './wanted.ts'
import type { World } from './world.ts'

/** Collects what the members of one incident ask for. */
export interface Wishing {
  readonly world: World
  readonly incident: Incident
  readonly options: PlanOptions
  /** Ids of the members, to know which lines of a file are all of them. */
  readonly ids: ReadonlySet<string>
  /** What a rule wants done with a fact where its kind leaves a choice. */
  readonly remedyFor: (id: string) => string | undefined
  want(phase: Wanted['phase'], rank: number, action: Action, reason: string, fact: string): void
  /** Takes the flags off a path before it is changed. */
  unlock(path: string, pathBytes: string | undefined, flags: readonly ('immutable' | 'append')[], fact: string): void
  skip(skipped: Skipped): void
  advise(advice: Advice): void
}

/** The action that takes a file into quarantine. */
export function quarantine(fact: FileFact): Action {
  return {
    kind: 'quarantine-file',
    path: fact.path,
    pathBytes: fact.pathBytes,
    sha256: fact.type === 'file' ? fact.sha256 : undefined,
    linkTarget: fact.type === 'symlink' ? fact.linkTarget : undefined,
  }
}
