import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Indicators,
  listedIndicators,
  readListed,
  readSharedPlaces,
  type SharedPlaces,
} from '../detect/intel/index.ts'
import { ownRulesFolder } from './event-rules.ts'

/** The indicators that come with the program: few, and from public reports. */
export function ownIndicators(now: string): Indicators {
  return listedIndicators('Davylamp', readListed(ruleData('known.csv'), now), now)
}

/** Addresses and names that everybody uses, so that a list which holds them accuses nobody. */
export function sharedPlaces(): SharedPlaces {
  return readSharedPlaces(ruleData('shared.txt'))
}

function ruleData(name: string): string {
  return readFileSync(join(ownRulesFolder, 'intel', name), 'utf8')
}
