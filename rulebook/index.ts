export { type CatalogueRule, packCatalogue, programCatalogue } from './catalogue.ts'
export { type ContentRuleHead, contentHeads } from './content-catalogue.ts'
export { contentFaults } from './content-faults.ts'
export type { ContentBook } from './content-rules.ts'
export { factWith } from './fact-with.ts'
export { intelFolder, type KnownLists, markKnown, openKnownLists } from './known-facts.ts'
export { openPack, type Pack } from './pack.ts'
export { ownIndicators, sharedPlaces } from './own-indicators.ts'
export { eventRulesFrom, type EventRules, ownRulesFolder, preparedPath, rulePlaces } from './event-rules.ts'
export { type Preparation, prepareEventRules } from './prepare-event-rules.ts'
export { writePrepared } from './prepared-event-rules.ts'
export { foreignDetector, openRules, ownFields, type RuleBook } from './rule-book.ts'
export { documentsOf } from './rule-text.ts'
export { eventWith } from './event-with.ts'
export {
  eventsOf,
  factsOf,
  foundIn,
  parseCases,
  placeOf,
  readCases,
  type CaseJudges,
  type RuleCase,
} from './rule-cases.ts'
