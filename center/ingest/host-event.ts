import type { Db } from '../context.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { uuid7 } from '../uuid7.ts'

/** Something that people should know of a host. `detail` is clean already (clean-value.ts). */
export async function addHostEvent(
  db: Db,
  agent: Pick<AgentIdentity, 'tenant' | 'host'>,
  what: string,
  detail: unknown,
  at: Date,
): Promise<void> {
  await db
    .insertInto('host_event')
    .values({
      tenant_id: agent.tenant,
      event_id: uuid7(at),
      host_id: agent.host,
      what,
      detail: JSON.stringify(detail),
      at,
    })
    .execute()
}
