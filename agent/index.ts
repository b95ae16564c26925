export type { Agent } from './agent.ts'
export type { AgentOptions } from './agent-options.ts'
export { agentFolders } from './own-files.ts'
export { agreeTo } from './tampering/agreed.ts'
export type { AgentFolders, Identity, LookResult, Teller, Worker, WorkerSurroundings } from './ports.ts'
export type { FromGuard, GuardAnswer, GuardCounts, GuardQuestion, GuardTask, ToGuard } from './guard/messages.ts'
export type { LogFormat } from './log.ts'
export { policyInForce } from './policy.ts'
export type { AgentStatus } from './status.ts'
export type { Guard, GuardOptions, PlaceJudgement, ProcessQuestion } from './watch/ports.ts'

// Each command loads what it needs and nothing else: the agent's own process has to stay small.
export const loadAgent = () => import('./agent.ts')
export const loadConfig = () => import('./config.ts')
export const loadConfigEdit = () => import('./config-edit.ts')
export const loadGuard = () => import('./guard/guard.ts')
export const loadAgentSettings = () => import('./agent-settings.ts')
export const loadIdentity = () => import('./identity.ts')
export const loadJoin = () => import('./join.ts')
export const loadDetectionStore = () => import('./watch/detection-store.ts')
export const loadLog = () => import('./log.ts')
export const loadMetrics = () => import('./metrics.ts')
export const loadNotify = () => import('./systemd-notify.ts')
export const loadReleaseKey = () => import('./upgrade/release-key.ts')
export const loadSendFile = () => import('./send-file.ts')
export const loadStatus = () => import('./status.ts')
export const loadTrial = () => import('./upgrade/trial.ts')
export const loadProgramHome = () => import('./upgrade/program-home.ts')
export const loadUnit = () => import('./unit.ts')
export const loadUpgrade = () => import('./upgrade/upgrade.ts')
export const loadWatching = () => import('./watch/watching.ts')
export const loadWorker = () => import('./work/index.ts')
