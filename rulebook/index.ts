export { factWith } from './fact-with.ts'
export { openPack, type Pack } from './pack.ts'
export { foreignDetector, openRules, ownFields, ownRulesFolder, type RuleBook } from './rule-book.ts'
export { factsOf, foundIn, parseCases, placeOf, readCases, type RuleCase } from './rule-cases.ts'
