import type { Generated } from 'kysely'
import type { GeneratedJson, GeneratedTime, Json, NullableJson, NullableTime, Time } from './column.ts'

/** Hosts, agents and their reports. Columns as the database has them; written by hand beside the migration; a test holds both together. */

export interface TenantTable {
  tenant_id: string
  name: string
  created_at: GeneratedTime
}

export interface HostGroupTable {
  tenant_id: string
  group_id: string
  name: string
  parent_id: string | null
  policy: NullableJson
  policy_version: Generated<number>
  created_at: GeneratedTime
}

export interface HostTable {
  tenant_id: string
  host_id: string
  group_id: string
  name: string
  hostname: Generated<string>
  region: Generated<string>
  owner: Generated<string>
  tags: Generated<string[]>
  note: Generated<string>
  system: Generated<string>
  kernel: Generated<string>
  architecture: Generated<string>
  machine: Generated<string>
  boot: Generated<string>
  addresses: Generated<string[]>
  agent_id: string | null
  verdict: Generated<string>
  last_scan_at: NullableTime
  last_scan_id: string | null
  open_alerts: Generated<number>
  score: number | null
  created_at: GeneratedTime
  removed_at: NullableTime
}

export interface AgentTable {
  tenant_id: string
  agent_id: string
  host_id: string
  state: string
  program: Generated<string>
  protocol: Generated<number>
  capabilities: Generated<string[]>
  certificate_serial: string | null
  certificate_ends: NullableTime
  previous_serial: string | null
  enrolled_at: GeneratedTime
  enrolled_with: string | null
  revoked_at: NullableTime
  revoked_because: string | null
  online: Generated<boolean>
  node_id: string | null
  connected_at: NullableTime
  last_seen: NullableTime
  offline_since: NullableTime
  offline_reason: string | null
  offline_alarmed_at: NullableTime
  spool_id: string | null
  acknowledged: Generated<number>
  order_sequence: Generated<number>
  policy_version: Generated<number>
  health: NullableJson
  health_at: NullableTime
  tampered_at: NullableTime
  clock_skew_seconds: number | null
  watch_mode: string | null
  watch_troubles: Generated<string[]>
}

export interface EnrolmentTokenTable {
  tenant_id: string
  token_id: string
  hash: Buffer
  group_id: string
  name: Generated<string>
  uses_left: Generated<number>
  needs_approval: Generated<boolean>
  tags: Generated<string[]>
  created_by: string
  created_at: GeneratedTime
  expires_at: Time
  revoked_at: NullableTime
}

export interface EnrolmentTable {
  tenant_id: string
  enrolment_id: string
  token_id: string
  csr_hash: Buffer
  csr: string
  hostname: string
  machine: string
  address: string
  program: string
  state: string
  agent_id: string | null
  previous_agent: string | null
  asked_at: GeneratedTime
  decided_at: NullableTime
  decided_by: string | null
}

export interface DeadLetterTable {
  tenant_id: string
  letter_id: string
  agent_id: string
  sequence: number
  reason: string
  content: string
  at: GeneratedTime
}

export interface ScanTable {
  tenant_id: string
  scan_id: string
  host_id: string
  origin: string
  order_id: string | null
  mode: string
  verdict: string
  started_at: Time
  duration_ms: number
  rules_version: string
  rules_count: number
  facts: Json
  gaps: Json
  findings: number
  incidents: number
  received_at: GeneratedTime
}

export interface PlanTable {
  tenant_id: string
  host_id: string
  plan_id: string
  incident: string
  finding: Generated<string>
  handling: string
  actions: number
  body: Json
  reported_at: GeneratedTime
  current: Generated<boolean>
}

export interface RunTable {
  tenant_id: string
  host_id: string
  run_id: string
  order_id: string | null
  plan_id: string
  state: string
  incidents: string[]
  proof_result: string | null
  started_at: Time
  changed_at: GeneratedTime
  body: Json
}

export interface RunActionTable {
  tenant_id: string
  host_id: string
  run_id: string
  number: number
  outcome: string
  body: Json
  changed_at: GeneratedTime
}

export interface QuarantinedTable {
  tenant_id: string
  host_id: string
  entry_id: string
  sha256: string
  path: string
  size: number
  at: Time
  run_id: string | null
  reason: string
  gone_at: NullableTime
}

export interface HostProcessesTable {
  tenant_id: string
  host_id: string
  at: Time
  total: number
  items: Json
}

export interface FetchedFileTable {
  tenant_id: string
  order_id: string
  host_id: string
  entry_id: string
  sha256: string
  size: Generated<number>
  complete_at: NullableTime
  expires_at: Time
}

export interface FetchedPartTable {
  tenant_id: string
  order_id: string
  number: number
  size: number
  sealed: Buffer
}

export interface BlockedTable {
  tenant_id: string
  host_id: string
  address: string
  expires_at: Time
  packets: number | null
  way: string
  reported_at: Time
}

export interface InventoryItemTable {
  tenant_id: string
  host_id: string
  fact_id: string
  kind: string
  body: Json
  body_hash: Buffer
  snapshot: string | null
  first_seen: Time
  changed_at: Time
}

export interface InventoryChangeTable {
  tenant_id: string
  change_id: string
  host_id: string
  fact_id: string
  kind: string
  change: string
  before: NullableJson
  after: NullableJson
  at: Time
}

export interface HuntTermTable {
  tenant_id: string
  kind: string
  term: string
  host_id: string
  source: string
  source_id: string
  first_seen: Time
  last_seen: Time
  gone_at: NullableTime
}

export interface HostEventTable {
  tenant_id: string
  event_id: string
  host_id: string
  what: string
  detail: GeneratedJson
  at: Time
}

export interface CenterNodeTable {
  node_id: string
  name: string
  started_at: Time
  last_seen: Time
}
