import { join } from 'node:path'
import { allOf, markIndicators, openIndicators } from '../detect/intel/index.ts'
import type { Fact, Gap } from '../model/index.ts'
import { fromFact, type Target } from '../target/index.ts'
import { gatewaysOf } from './gateways.ts'
import { ownIndicators, sharedPlaces } from './own-indicators.ts'

/** Where a state folder keeps indicators. */
export function intelFolder(state: string): string {
  return join(state, 'intel')
}

/** A file that is larger is no program of a miner. */
const mostHashed = 256 * 1024 * 1024

/** The lists of a state folder and those of the program, open for many looks. What expires after `now` stays known until they are opened anew. */
export interface KnownLists {
  /** Writes into facts what the lists say of them. */
  mark(facts: readonly Fact[], target: Target): void
  close(): void
}

export function openKnownLists(state: string, now: string, addGap: (gap: Gap) => void): KnownLists {
  const store = allOf([openIndicators(intelFolder(state), { now, addGap }), ownIndicators(now)])
  const shared = sharedPlaces()
  return {
    mark: (facts, target) =>
      markIndicators(facts, store, {
        shared,
        gateways: gatewaysOf(target),
        sha1Of: ({ path, pathBytes, size }) =>
          size > mostHashed ? undefined : target.files.hash(fromFact(path, pathBytes), 'sha1'),
      }),
    close: () => store.close(),
  }
}

/** Writes into facts what the lists of a state folder, and those of the program, say of them. Damaged lists are gaps of the target. */
export function markKnown(
  facts: readonly Fact[],
  target: Target,
  { state, now }: { state: string; now: string },
): void {
  const lists = openKnownLists(state, now, target.addGap.bind(target))
  try {
    lists.mark(facts, target)
  } finally {
    lists.close()
  }
}
