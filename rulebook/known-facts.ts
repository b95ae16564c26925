import { join } from 'node:path'
import { allOf, markIndicators, openIndicators } from '../detect/intel/index.ts'
import type { Fact } from '../model/index.ts'
import type { Target } from '../target/index.ts'
import { gatewaysOf } from './gateways.ts'
import { ownIndicators, sharedPlaces } from './own-indicators.ts'

/** Where a state folder keeps indicators. */
export function intelFolder(state: string): string {
  return join(state, 'intel')
}

/** Writes into facts what the lists of a state folder, and those of the program, say of them. Damaged lists are gaps of the target. */
export function markKnown(
  facts: readonly Fact[],
  target: Target,
  { state, now }: { state: string; now: string },
): void {
  const addGap = target.addGap.bind(target)
  const store = allOf([openIndicators(intelFolder(state), { now, addGap }), ownIndicators(now)])
  try {
    markIndicators(facts, store, { shared: sharedPlaces(), gateways: gatewaysOf(target) })
  } finally {
    store.close()
  }
}
