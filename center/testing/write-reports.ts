import type { ClientConfig } from 'pg'
import { openStore } from '../store/index.ts'
import { uuid7 } from '../uuid7.ts'
import { silentLog } from './silent-log.ts'

// Several agents whose reports are stored as the center stores them: number after number, each said when it is committed.
const [connection, tenant, agents] = JSON.parse(process.argv[2] ?? '') as [ClientConfig, string, Record<string, number>]
const store = await openStore({
  source: { connection },
  log: silentLog,
  migrate: false,
  patience: { conflicts: 10, lostSeconds: 60 },
})
await Promise.all(Object.entries(agents).map(([agent, acknowledged]) => send(agent, acknowledged + 1)))

async function send(agent: string, first: number): Promise<void> {
  for (let sequence = first; ; sequence++) {
    while (!(await stored(agent, sequence))) {}
    process.stdout.write(`${JSON.stringify({ agent, sequence })}\n`)
  }
}

/** False when nobody knows: the connection was lost at the commit, so the same number is sent again. */
async function stored(agent: string, sequence: number): Promise<boolean> {
  try {
    await store.tenant(tenant, async db => {
      const row = await db
        .selectFrom('agent')
        .select(['acknowledged', 'host_id'])
        .where('agent_id', '=', agent)
        .forUpdate()
        .executeTakeFirstOrThrow()
      if (sequence <= row.acknowledged) return
      await db
        .insertInto('host_event')
        .values({ tenant_id: tenant, event_id: uuid7(), host_id: row.host_id, what: String(sequence), at: new Date() })
        .execute()
      await db.updateTable('agent').set({ acknowledged: sequence }).where('agent_id', '=', agent).execute()
    })
    return true
  } catch {
    return false
  }
}
