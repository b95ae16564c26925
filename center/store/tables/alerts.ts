import type { Generated } from 'kysely'
import type { GeneratedJson, GeneratedTime, Json, NullableJson, NullableTime, Time } from './column.ts'

/** Alerts, orders and what the center keeps. Columns as the database has them; written by hand beside the migration; a test holds both together. */

export interface AlertTable {
  tenant_id: string
  alert_id: string
  host_id: string
  group_id: string
  about: string
  origin: string
  parent_id: string | null
  type: string
  rule_id: Generated<string>
  level: number
  verdict: Generated<string>
  title: string
  families: Generated<string[]>
  attack: Generated<string[]>
  hashes: Generated<string[]>
  status: Generated<string>
  handled_as: string | null
  handled_by: string | null
  status_at: Time
  assigned_to: string | null
  first_seen: Time
  last_seen: Time
  seen_times: Generated<number>
  gone_at: NullableTime
  campaign_id: string | null
  body: Json
}

export interface AlertKeyTable {
  tenant_id: string
  host_id: string
  about: string
  origin: string
  alert_id: string
}

export interface AlertEventTable {
  tenant_id: string
  event_id: string
  alert_id: string
  at: Time
  actor: string
  what: string
  detail: GeneratedJson
}

export interface AlertHourTable {
  tenant_id: string
  hour: Time
  group_id: string
  type: string
  level: number
  opened: Generated<number>
  handled: Generated<number>
}

export interface CampaignTable {
  tenant_id: string
  campaign_id: string
  name: string
  first_host_id: string
  first_seen: Time
  last_seen: Time
  hosts: number
  shared: Json
  families: Generated<string[]>
}

export interface TaskTable {
  tenant_id: string
  task_id: string
  kind: string
  title: string
  created_by: string
  created_at: GeneratedTime
  ended_at: NullableTime
  detail: GeneratedJson
}

export interface HostOrderTable {
  tenant_id: string
  order_id: string
  task_id: string
  host_id: string
  agent_id: string
  kind: string
  action: Json
  alert_id: string | null
  state: string
  refusal: string | null
  reason: string | null
  run_id: string | null
  scan_origin: string | null
  digest: string
  approvals_needed: Generated<number>
  sequence: number | null
  envelope: NullableJson
  created_by: string
  created_at: GeneratedTime
  sent_at: NullableTime
  ended_at: NullableTime
  expires_at: Time
}

export interface OrderApprovalTable {
  tenant_id: string
  order_id: string
  approver: string
  user_id: string | null
  document: NullableJson
  at: GeneratedTime
}

export interface AllowRuleTable {
  tenant_id: string
  allow_id: string
  scope: Json
  condition: Json
  reason: string
  created_by: string
  created_at: GeneratedTime
  expires_at: NullableTime
  removed_at: NullableTime
  hits: Generated<number>
}

export interface BlockEntryTable {
  tenant_id: string
  block_id: string
  address: string
  scope: Json
  reason: string
  alert_id: string | null
  task_id: string | null
  created_by: string
  created_at: GeneratedTime
  expires_at: Time
  removed_at: NullableTime
}

export interface IndicatorTable {
  tenant_id: string
  indicator_id: string
  kind: string
  value: string
  level: Generated<number>
  source: string
  note: Generated<string>
  created_at: GeneratedTime
  expires_at: NullableTime
}

export interface RulePackTable {
  tenant_id: string
  pack_id: string
  name: string
  version: number
  sha256: string
  content: Buffer
  cases: Generated<Buffer>
  rules: number
  stage: string
  created_by: string
  created_at: GeneratedTime
  staged_at: NullableTime
}

export interface SavedViewTable {
  tenant_id: string
  view_id: string
  owner: string
  page: string
  name: string
  filter: Json
}

export interface IdempotentAnswerTable {
  tenant_id: string
  caller: string
  key: string
  request_hash: Buffer
  status: number | null
  body: NullableJson
  at: GeneratedTime
}
