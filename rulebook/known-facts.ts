import { join } from 'node:path'
import { allOf, markIndicators, openIndicators } from '../detect/intel/index.ts'
import type { Fact } from '../model/index.ts'
import { fromFact, type Target } from '../target/index.ts'
import { gatewaysOf } from './gateways.ts'
import { ownIndicators, sharedPlaces } from './own-indicators.ts'

/** Where a state folder keeps indicators. */
export function intelFolder(state: string): string {
  return join(state, 'intel')
}

/** A file that is larger is no program of a miner. */
const mostHashed = 256 * 1024 * 1024

/** Writes into facts what the lists of a state folder, and those of the program, say of them. Damaged lists are gaps of the target. */
export function markKnown(
  facts: readonly Fact[],
  target: Target,
  { state, now }: { state: string; now: string },
): void {
  const addGap = target.addGap.bind(target)
  const store = allOf([openIndicators(intelFolder(state), { now, addGap }), ownIndicators(now)])
  try {
    markIndicators(facts, store, {
      shared: sharedPlaces(),
      gateways: gatewaysOf(target),
      sha1Of: ({ path, pathBytes, size }) =>
        size > mostHashed ? undefined : target.files.hash(fromFact(path, pathBytes), 'sha1'),
    })
  } finally {
    store.close()
  }
}
