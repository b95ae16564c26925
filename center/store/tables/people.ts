import type { Generated } from 'kysely'
import type { GeneratedJson, GeneratedTime, Json, NullableTime, Time } from './column.ts'

/** Accounts, rights, sign-in and audit. Columns as the database has them; written by hand beside the migration; a test holds both together. */

export interface UserAccountTable {
  tenant_id: string
  user_id: string
  name: string
  display_name: Generated<string>
  email: Generated<string>
  state: string
  language: Generated<string>
  password_hash: string | null
  password_at: NullableTime
  must_change: Generated<boolean>
  totp_sealed: Buffer | null
  totp_pending: Buffer | null
  totp_step: number | null
  provider_id: string | null
  provider_subject: string | null
  created_by: string
  created_at: GeneratedTime
  last_login_at: NullableTime
}

export interface MembershipTable {
  tenant_id: string
  membership_id: string
  user_id: string
  role: string
  group_id: string | null
  source: Generated<string>
}

export interface SessionTable {
  tenant_id: string
  session_id: string
  user_id: string
  hash: Buffer
  method: string
  second_factor: Generated<boolean>
  address: string
  client: Generated<string>
  created_at: GeneratedTime
  last_used: GeneratedTime
  fresh_at: GeneratedTime
  expires_at: Time
  revoked_at: NullableTime
  revoked_because: string | null
}

export interface ApiTokenTable {
  tenant_id: string
  token_id: string
  user_id: string
  name: string
  hash: Buffer
  hint: string
  permissions: string[]
  groups: string[] | null
  created_at: GeneratedTime
  expires_at: Time
  last_used: NullableTime
  last_address: string | null
  revoked_at: NullableTime
}

export interface WebauthnCredentialTable {
  tenant_id: string
  credential_id: string
  user_id: string
  name: string
  public_key: Buffer
  counter: Generated<number>
  transports: Generated<string[]>
  passkey: Generated<boolean>
  created_at: GeneratedTime
  last_used: NullableTime
}

export interface RecoveryCodeTable {
  tenant_id: string
  user_id: string
  hash: Buffer
  used_at: NullableTime
}

export interface IdentityProviderTable {
  tenant_id: string
  provider_id: string
  name: string
  issuer: string
  client_id: string
  secret_sealed: Buffer | null
  scopes: Generated<string>
  name_claim: Generated<string>
  group_claim: Generated<string>
  role_map: GeneratedJson
  create_users: Generated<boolean>
  ca: string | null
  enabled: Generated<boolean>
  created_at: GeneratedTime
}

export interface SignInStepTable {
  tenant_id: string
  step_id: string
  hash: Buffer
  kind: string
  user_id: string | null
  detail: GeneratedJson
  tries: Generated<number>
  created_at: GeneratedTime
  expires_at: Time
  used_at: NullableTime
}

export interface LoginAttemptTable {
  tenant_id: string
  attempt_id: string
  name: string
  user_id: string | null
  address: string
  outcome: string
  method: string
  at: GeneratedTime
}

export interface LoginThrottleTable {
  tenant_id: string
  key: string
  failures: Generated<number>
  last_at: GeneratedTime
  until: NullableTime
}

export interface ApproverKeyTable {
  tenant_id: string
  key_id: string
  user_id: string
  name: string
  kind: string
  credential: string | null
  public_key: Buffer
  relying_party: string | null
  origin: string | null
  created_at: GeneratedTime
  revoked_at: NullableTime
}

export interface AuditEntryTable {
  tenant_id: string
  sequence: number
  at: Time
  actor_kind: string
  actor_id: string
  actor: string
  address: string
  action: string
  object_kind: string
  object_id: string
  detail: Json
  request: string
  previous: Buffer
  hash: Buffer
}

export interface PeopleTables {
  user_account: UserAccountTable
  membership: MembershipTable
  session: SessionTable
  api_token: ApiTokenTable
  webauthn_credential: WebauthnCredentialTable
  recovery_code: RecoveryCodeTable
  identity_provider: IdentityProviderTable
  sign_in_step: SignInStepTable
  login_attempt: LoginAttemptTable
  login_throttle: LoginThrottleTable
  approver_key: ApproverKeyTable
  audit_entry: AuditEntryTable
}
