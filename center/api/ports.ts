import type { Caller, Db, Request } from '../context.ts'
import type { AnswerOf, InputOf, RouteTable } from '../../model/api/index.ts'

/** What a request says about who sends it. Everything here is the sender's claim, but the address. */
export interface Credentials {
  /** The whole header, `Bearer …`; it goes before cookies, and exempts from CSRF checks. */
  readonly authorization: string | undefined
  /** Parsed, not yet believed. */
  readonly cookies: Readonly<Record<string, string | undefined>>
  /** Of the connection, or what a trusted proxy said. */
  readonly address: string
  readonly userAgent: string
  /** Only look: do not count this as use of the session (live streams ask again and again whether they may go on). */
  readonly passive: boolean
}

/** The browser session behind a caller; tokens have none. */
export interface SignedInSession {
  readonly id: string
  /** Unsafe methods must carry it as `X-CSRF-Token`. */
  readonly csrfToken: string
  /** Last proof by password, key or identity provider; for routes with `freshLogin`. */
  readonly freshAt: Date
}

export interface SignedIn extends Caller {
  readonly session?: SignedInSession
}

/**
 * Says who calls; `undefined`: nobody that is known. A ProblemError is answered as it is (an account that must change
 * its password first, a locked one). Whoever ends a session, disables a user, revokes a token or changes rights publishes on topic
 * `sessions` with the tenant; live streams then ask again with the same credentials.
 */
export type Authenticate = (credentials: Credentials) => Promise<SignedIn | undefined>

export interface AuditRecord {
  readonly tenant: string
  readonly caller: Caller
  /** `alert.ignored` … */
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  /** JSON, no secrets. */
  readonly detail?: unknown
  /** The request's id, which answers and the log have too. */
  readonly request: string
}

/** Appends to the audit log in the given transaction. */
export type WriteAudit = (db: Db, record: AuditRecord) => Promise<void>

/**
 * What handlers really are given: with who it is and what was sent. `reply.header` and `reply.status` work for every route (`set-cookie`
 * at login); `reply.send` for `raw` ones, whose body goes out after the transaction has committed.
 *
 * Of a `public` route nobody knows the tenant: its `db` is a transaction that sees all tenants, its caller may be `nobody` with tenant ''.
 */
export interface ApiRequest extends Request {
  readonly caller: SignedIn
  readonly credentials: Credentials
  /** As in the header `X-Request-Id`, the log and the audit log. */
  readonly id: string
  /** As sent, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Like Handlers, for those that need more of the request; every `Handlers<T>` is one. */
export type ApiHandlers<T extends RouteTable> = {
  readonly [K in keyof T]: (input: InputOf<T[K]>, request: ApiRequest) => Promise<AnswerOf<T[K]>>
}
