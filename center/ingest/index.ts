export { afterOrders } from './after-order.ts'
export { addCounts, foldCounts } from './alert-counts.ts'
export { addAlertEvents } from './alert-events.ts'
export { type AlertType, alertTypes } from './alert-type.ts'
export {
  type AllowCondition,
  type AllowRule,
  type AllowScope,
  conditionCovers,
  ruleForFinding,
  ruleForIncident,
  type ScopedHost,
  scopeCovers,
} from './allow-match.ts'
export { groupsAbove } from './allow-rules.ts'
export { addOpen, type AlertStatus, type ChangedAlert, changeStatus, type StatusChange } from './change-status.ts'
export { joinCampaigns } from './campaigns.ts'
export { cleanText, cleanValue, shortText } from './clean-value.ts'
export { forgetOld } from './forget-old.ts'
export { type HostAtRisk, hostsAtRisk } from './hosts-at-risk.ts'
export { huntTerm } from './hunt-terms.ts'
export { createIngest } from './ingest.ts'
export { type Score, scoreOf } from './score.ts'
