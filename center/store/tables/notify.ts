import type { Generated } from 'kysely'
import type { GeneratedJson, GeneratedTime, Json, NullableJson, NullableTime, Time } from './column.ts'

/** Channels, routes, deliveries, exports. Columns as the database has them; written by hand beside the migration; a test holds both together. */

export interface ChannelTable {
  tenant_id: string
  channel_id: string
  name: string
  kind: string
  settings: Json
  secrets: Buffer | null
  language: Generated<string>
  enabled: Generated<boolean>
  created_by: string
  created_at: GeneratedTime
  changed_at: GeneratedTime
  busy_by: string | null
  busy_until: NullableTime
  rest_until: NullableTime
  last_result: string | null
  last_detail: string | null
  last_at: NullableTime
}

export interface NotifyRouteTable {
  tenant_id: string
  route_id: string
  name: string
  enabled: Generated<boolean>
  condition: Json
  channels: string[]
  language: string | null
  quiet: NullableJson
  digest_minutes: number | null
  rate: NullableJson
  escalation: NullableJson
  created_by: string
  created_at: GeneratedTime
}

export interface DeliveryTable {
  tenant_id: string
  delivery_id: string
  channel_id: string
  route_id: string | null
  purpose: string
  notice_id: string
  notice: Json
  alert_id: string | null
  language: string
  gather: boolean
  state: Generated<string>
  due_at: Time
  tries: Generated<number>
  log: GeneratedJson
  merged_into: string | null
  created_at: GeneratedTime
  ended_at: NullableTime
}

export interface EscalationTable {
  tenant_id: string
  escalation_id: string
  route_id: string
  alert_id: string
  notice: Json
  due_at: Time
}

export interface SiemExportTable {
  tenant_id: string
  export_id: string
  name: string
  kind: string
  settings: Json
  secrets: Buffer | null
  condition: Json
  enabled: Generated<boolean>
  created_by: string
  created_at: GeneratedTime
  busy_by: string | null
  busy_until: NullableTime
  rest_until: NullableTime
  tries: Generated<number>
  sent: Generated<number>
  dropped: Generated<number>
  last_result: string | null
  last_detail: string | null
  last_at: NullableTime
}

export interface ExportItemTable {
  tenant_id: string
  export_id: string
  event_id: string
  alert_id: string | null
  detection_id: string | null
}

export interface NoticeItemTable {
  tenant_id: string
  item_id: Generated<string>
  subject: string
  subject_id: string
  host_id: string | null
  what: string
  at: GeneratedTime
}
