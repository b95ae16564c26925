import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

/** What ingest remembers to know what is new. Beside migration 008. */

export interface AlertSeenTable {
  tenant_id: string
  host_id: string
  about: string
  origin: string
  alert_id: string
  body_hash: Buffer
}

export interface HostScoreTable {
  tenant_id: string
  host_id: string
  score: number
  reasons: Json
  at: Time
}

export interface AlertCountTable {
  tenant_id: string
  count_id: string
  hour: Time
  group_id: string
  type: string
  level: number
  opened: Generated<number>
  handled: Generated<number>
}

export interface CampaignTodoTable {
  tenant_id: string
  alert_id: string
  host_id: string
  at: Time
}

export interface LoginSeenTable {
  tenant_id: string
  host_id: string
  address: string
  account: string
  first_seen: Time
  last_seen: Time
}
