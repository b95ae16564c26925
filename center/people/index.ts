import { auditHandlers } from './audit-api.ts'
import { approverHandlers } from './approvers-api.ts'
import { profileHandlers } from './profile-api.ts'
import { providerHandlers } from './providers-api.ts'
import { signInHandlers } from './sign-in-api.ts'
import { tokenHandlers } from './tokens-api.ts'
import { userHandlers } from './users-api.ts'

export { type ApproverKey, approverKeyNamed, approverKeyStatement } from './approvers-api.ts'
export { appendAudit, type AuditFact, headOf, verifyAudit, writeAudit } from './audit.ts'
export { auditHeadsPath, keepAuditHeads, readAuditHeads } from './audit-heads.ts'
export { authenticateWith, ownSession, tokenPrefix } from './authenticate.ts'
export { createFirstAdmin, type FirstAdmin } from './first-admin.ts'
export { tidyPeople } from './housekeeping.ts'
export {
  addUserOffline,
  listUsersOffline,
  type OfflineContext,
  type OfflineUser,
  type OneTimePassword,
  resetPasswordOffline,
} from './offline-users.ts'
export { assertionOptions, checkAssertion, relyingPartyOf } from './security-key.ts'
export { cookieName } from './session.ts'

/** The functions behind signInRoutes, profileRoutes, peopleRoutes and auditRoutes. */
export const peopleHandlers = {
  ...signInHandlers,
  ...profileHandlers,
  ...userHandlers,
  ...tokenHandlers,
  ...providerHandlers,
  ...approverHandlers,
  ...auditHandlers,
}
