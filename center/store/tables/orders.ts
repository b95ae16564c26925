import type { GeneratedTime, Json } from './column.ts'

/** Beside migration 007. */
export interface TenantSettingTable {
  tenant_id: string
  name: string
  value: Json
  changed_by: string
  changed_at: GeneratedTime
}
