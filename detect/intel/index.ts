export { type HashLookup, openHashLookup, type SharedHashes, shareHashes } from './hash-lookup.ts'
export type { Indicator, IndicatorType } from './indicator.ts'
export {
  allOf,
  type Indicators,
  indicatorsVersion,
  listedIndicators,
  openIndicators,
  openSources,
} from './indicators.ts'
export { readListed } from './listed.ts'
export { markIndicators } from './mark.ts'
export { readSharedPlaces, type SharedPlaces } from './shared-places.ts'
export { readSource } from './open-source.ts'
export { type Source, sourceFolder } from './source.ts'
export { tableNames } from './tables.ts'
export { guessType, normalValue, refang } from './value.ts'
