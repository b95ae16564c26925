export { ruleHandlers } from './rules-api.ts'
