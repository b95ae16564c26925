export { agentAlarms } from './alarms.ts'
export { agentHandlers } from './api.ts'
export { architectureNamed, compareVersions, Downloads } from './downloads.ts'
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
export type { GatewayParts } from './gateway-parts.ts'
export { groupPolicies } from './policies.ts'
export {
  type AgentIdentity,
  type Alarms,
  type Ingest,
  type OfflineReason,
  type OrderDesk,
  offlineReasons,
  type Policies,
  type Rejected,
  type RulePack,
  type SentFiles,
  type Silent,
} from './ports.ts'
export { revokeAgent } from './revoke.ts'
export { newToken, tokenHash } from './token.ts'
