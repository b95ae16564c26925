import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

/** What agents notice as it happens. Beside migration 013. */

export interface DetectionTable {
  tenant_id: string
  detection_id: string
  host_id: string
  group_id: string
  origin: string
  at: Time
  verdict: string
  level: number
  title: string
  subject: string
  pid: number | null
  start_time: number | null
  path: string | null
  command: string | null
  user_name: string | null
  sha256: string | null
  address: string | null
  account: string | null
  families: Generated<string[]>
  attack: Generated<string[]>
  outcomes: string[]
  alert_id: string | null
  explained: Generated<boolean>
}

export interface DetectionBodyTable {
  tenant_id: string
  detection_id: string
  body: Json
}

export interface DetectionKeyTable {
  tenant_id: string
  host_id: string
  origin: string
  detection_id: string
}

export interface DetectionHourTable {
  tenant_id: string
  hour: Time
  host_id: string
  what: string
  count: number
}
