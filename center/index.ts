export type { Log } from './context.ts'
export { addUserOffline, listUsersOffline, resetPasswordOffline, verifyAudit } from './people/index.ts'
export { type CenterOptions, type RunningCenter, startCenter } from './start.ts'
export { backup, openStore, restore, StoreError, upgradeEmbedded } from './store/index.ts'
