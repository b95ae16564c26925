import type { GeneratedTime, Time } from './column.ts'

/** Keys of the center, certificates of agents, silent agents. */

export interface CenterKeyTable {
  key_id: string
  kind: string
  sealed: Buffer
  public_key: Buffer
  certificate: string | null
  signed_by: string | null
  signature: Buffer | null
  created_at: GeneratedTime
  active_from: Time
}

export interface AgentCertificateTable {
  tenant_id: string
  serial: string
  agent_id: string
  public_key: Buffer
  csr_hash: Buffer
  certificate: string
  issued_at: Time
  ends_at: Time
}

export interface SilentAgentTable {
  tenant_id: string
  agent_id: string
  alert_id: string
  since: Time
}
