export { pgBus } from './bus/index.ts'
export type { Log } from './context.ts'
export {
  addUserOffline,
  listUsersOffline,
  type OfflineContext,
  readAuditHeads,
  resetPasswordOffline,
  verifyAudit,
} from './people/index.ts'
export { ProblemError } from './problem-error.ts'
export { type CenterOptions, type RunningCenter, startCenter } from './start.ts'
export {
  backup,
  ensureTenant,
  openStore,
  type OpenStore,
  restore,
  runningConnection,
  StoreError,
  type StoreSource,
  upgradeEmbedded,
} from './store/index.ts'
