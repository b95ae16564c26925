import { sql } from 'kysely'
import type { Db } from '../context.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { uuid7 } from '../uuid7.ts'
import { shortBytes, shortText } from './clean-value.ts'
import { addHostEvent } from './host-event.ts'

const mostContent = 65_536
/** More in an hour than a fault explains; then only the count is told, so that an agent cannot fill the store with rubbish. */
const mostAnHour = 500

export interface Letter {
  readonly sequence: number
  readonly reason: string
  readonly text: string
}

/** Puts aside what cannot be stored, for people to look at. */
export async function putAside(db: Db, agent: AgentIdentity, letters: readonly Letter[], now: Date): Promise<void> {
  if (letters.length === 0) return
  const room = Math.max(0, mostAnHour - (await lettersOfHour(db, agent, now)))
  const kept = letters.slice(0, room).map(one => ({
    tenant_id: agent.tenant,
    letter_id: uuid7(now),
    agent_id: agent.agent,
    sequence: one.sequence,
    reason: shortText(one.reason, 1_000),
    content: shortBytes(one.text.slice(0, mostContent), mostContent),
    at: now,
  }))
  if (kept.length > 0) await db.insertInto('dead_letter').values(kept).execute()
  const reason = shortText(letters[0]?.reason ?? '', 300)
  const detail = { reports: letters.length, kept: kept.length, reason }
  if (room > 0) await addHostEvent(db, agent, 'report-refused', detail, now)
}

async function lettersOfHour(db: Db, agent: AgentIdentity, now: Date): Promise<number> {
  // By the key, so that only the partitions of this hour are read.
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM dead_letter
    WHERE tenant_id = ${agent.tenant} AND agent_id = ${agent.agent}
      AND letter_id > ${floorOf(now.getTime() - 3_600_000)}::uuid`.execute(db)
  return rows[0]?.count ?? 0
}

function floorOf(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}
