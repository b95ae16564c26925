import type { Bus, Db } from '../context.ts'
import { addHostEvents } from './host-event.ts'

/**
 * Ends the identity of an agent, within the caller's transaction; every center closes its connection at the commit (and, should the bus
 * lose the message, within 20 s). Gives false when there is no such active agent.
 */
export async function revokeAgent(
  db: Db,
  bus: Bus,
  { tenant, agent, because, by, at }: { tenant: string; agent: string; because: string; by: string; at: Date },
): Promise<boolean> {
  const row = await db
    .updateTable('agent')
    .set({
      state: 'revoked',
      revoked_at: at,
      revoked_because: because,
      online: false,
      offline_since: at,
      offline_reason: 'revoked',
    })
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent)
    .where('state', '=', 'active')
    .returning('host_id')
    .executeTakeFirst()
  if (row === undefined) return false
  await addHostEvents(db, at, [{ tenant, host: row.host_id, what: 'revoked', detail: { agent, because, by } }])
  await bus.publish('presence', { tenant, what: 'revoked', id: agent }, db)
  await bus.publish('live', { tenant, what: 'host', id: row.host_id }, db)
  return true
}
