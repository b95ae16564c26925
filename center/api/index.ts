export type {
  ApiHandlers,
  ApiRequest,
  AuditRecord,
  Authenticate,
  Credentials,
  SignedIn,
  SignedInSession,
  WriteAudit,
} from './ports.ts'
