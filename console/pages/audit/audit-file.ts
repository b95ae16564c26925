import type { AuditEntry } from '../../../model/api/index.ts'
import type { FileColumn } from '../../parts/list-file.ts'

export const auditColumns: readonly FileColumn<AuditEntry>[] = [
  ['sequence', entry => String(entry.sequence)],
  ['at', entry => entry.at],
  ['actor_kind', entry => entry.actor.kind],
  ['actor', entry => entry.actor.name],
  ['address', entry => entry.address],
  ['action', entry => entry.action],
  ['object_kind', entry => entry.object.kind],
  ['object', entry => entry.object.id],
  ['detail', entry => JSON.stringify(entry.detail ?? null)],
  ['request', entry => entry.request],
  ['hash', entry => entry.hash],
]
