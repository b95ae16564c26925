export { beyond, type Keyset, keyset } from './keyset.ts'
export { counter, gauge, histogram } from './metrics.ts'
export { openApiDocument } from './openapi.ts'
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
export { LaterProblem } from './problems.ts'
export { type ApiParts, apiPrefix, registerRoutes } from './register-routes.ts'
export { type ApiOptions, type ApiServer, serve, type Served, startApi } from './server.ts'
export { consolePages } from './console.ts'
