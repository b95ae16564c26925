import { sql } from 'kysely'
import type { BusMessage, Center, Db } from '../context.ts'
import type { AgentIdentity, Ingest, Rejected } from '../gateway/ports.ts'
import { type Batch, type Entry, readBatch } from './batch.ts'
import { cleanValue, shortText } from './clean-value.ts'
import { putAside } from './dead-letter.ts'
import { type ReportContext, type ReportingHost, trueTime } from './report-context.ts'
import { takeReport } from './take-report.ts'
import { isLasting, reasonOf } from './trouble.ts'

/**
 * Stores what agents report: strictly in order, each report once, a batch in one transaction. What cannot be stored is put
 * aside and acknowledged, so that nothing blocks a spool.
 */
export function createIngest(center: Center): Ingest {
  return {
    hello: (agent, spool) => center.store.tenant(agent.tenant, db => rememberSpool(db, agent, spool)),
    reports: (agent, spool, items) => storeBatch(center, agent, spool, items),
  }
}

async function rememberSpool(db: Db, agent: AgentIdentity, spool: string): Promise<{ acknowledged: number }> {
  const row = await db
    .selectFrom('agent')
    .select(['spool_id', 'acknowledged'])
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new Error('there is no such agent')
  if (row.spool_id === spool) return { acknowledged: row.acknowledged }
  await db
    .updateTable('agent')
    .set({ spool_id: spool, acknowledged: 0 })
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
  return { acknowledged: 0 }
}

interface Stored {
  readonly through: number
  readonly rejected: readonly Rejected[]
  readonly told: readonly BusMessage[]
}

async function storeBatch(center: Center, agent: AgentIdentity, spool: string, items: readonly unknown[]) {
  const batch = readBatch(items, 0)
  const store = (careful: boolean) =>
    center.store.tenant(agent.tenant, db => storeReports({ center, db, agent, spool, batch, careful }))
  let stored: Stored
  try {
    stored = await store(false)
  } catch (error) {
    if (!isLasting(error)) throw error
    // One of them cannot be stored. Again, each behind a savepoint, which costs too much to be had always.
    stored = await store(true)
  }
  // After the commit, not in it: NOTIFY in a transaction lets no other one commit meanwhile. Whoever misses it looks at the rows.
  for (const message of stored.told)
    center.bus.publish('live', message).catch(error => center.log.warn('live message lost', { error: String(error) }))
  return { through: stored.through, rejected: stored.rejected }
}

interface Work {
  readonly center: Center
  readonly db: Db
  readonly agent: AgentIdentity
  readonly spool: string
  readonly batch: Batch
  readonly careful: boolean
}

async function storeReports({ center, db, agent, spool, batch, careful }: Work): Promise<Stored> {
  const locked = await lockAgent(db, agent, spool)
  const now = center.clock()
  const told = new Map<string, BusMessage>()
  const letters: (Rejected & { text: string })[] = []
  for (const text of batch.unnumbered) letters.push({ sequence: 0, reason: 'sequence: is no positive number', text })
  let host = locked.host
  let hostChanged = false
  for (const entry of batch.entries) {
    if (entry.sequence <= locked.acknowledged) continue
    const refused = 'refused' in entry ? entry.refused : undefined
    if (refused !== undefined || !('spooled' in entry)) {
      letters.push({ sequence: entry.sequence, reason: refused ?? '', text: entry.text })
      continue
    }
    if (hostChanged) host = await hostOf(db, agent)
    hostChanged = false
    const context: ReportContext = {
      db,
      center,
      agent,
      tenant: agent.tenant,
      host,
      at: trueTime(entry.spooled.at, now),
      now,
      tell: (what, id) => told.set(`${what} ${id}`, { tenant: agent.tenant, what, id }),
    }
    const reason = await takeOne(entry, context, careful)
    if (reason !== undefined) letters.push({ sequence: entry.sequence, reason, text: entry.text })
    else hostChanged = entry.spooled.report.kind === 'scan'
  }
  await putAside(db, agent, letters, now)
  const through = Math.max(locked.acknowledged, batch.through)
  if (through > locked.acknowledged) await acknowledge(db, agent, through)
  const rejected = letters.map(({ sequence, reason }) => ({ sequence, reason: shortText(reason, 1_000) }))
  return { through, rejected, told: [...told.values()] }
}

/** Gives the reason when it was put aside. */
async function takeOne(
  entry: Extract<Entry, { spooled: unknown }>,
  context: ReportContext,
  careful: boolean,
): Promise<string | undefined> {
  const report = entry.spooled.report
  if (!careful) {
    await takeReport(report.kind === 'plans' ? report : cleanValue(report), context)
    return undefined
  }
  await sql`SAVEPOINT report`.execute(context.db)
  try {
    await takeReport(report.kind === 'plans' ? report : cleanValue(report), context)
  } catch (error) {
    if (!isLasting(error)) throw error
    await sql`ROLLBACK TO SAVEPOINT report`.execute(context.db)
    context.center.log.warn('report put aside', {
      agent: context.agent.agent,
      kind: report.kind,
      reason: reasonOf(error),
    })
    return reasonOf(error)
  }
  await sql`RELEASE SAVEPOINT report`.execute(context.db)
  return undefined
}

async function lockAgent(db: Db, agent: AgentIdentity, spool: string) {
  const row = await hosts(db, agent)
    .innerJoin('agent', join =>
      join.onRef('agent.tenant_id', '=', 'host.tenant_id').onRef('agent.host_id', '=', 'host.host_id'),
    )
    .select(['agent.spool_id', 'agent.acknowledged', 'agent.state'])
    .where('agent.agent_id', '=', agent.agent)
    .forUpdate('agent')
    .executeTakeFirst()
  if (row === undefined || row.state !== 'active') throw new Error('the agent is not in force any more')
  if (row.spool_id !== spool) throw new Error('the agent has begun another spool meanwhile: say hello again')
  return { acknowledged: row.acknowledged, host: reportingHost(row) }
}

function hosts(db: Db, agent: AgentIdentity) {
  return db
    .selectFrom('host')
    .select(['host.host_id', 'host.group_id', 'host.tags', 'host.last_scan_id', 'host.open_alerts'])
    .where('host.tenant_id', '=', agent.tenant)
    .where('host.host_id', '=', agent.host)
}

type HostRow = Awaited<ReturnType<ReturnType<typeof hosts>['executeTakeFirstOrThrow']>>

async function hostOf(db: Db, agent: AgentIdentity): Promise<ReportingHost> {
  return reportingHost(await hosts(db, agent).executeTakeFirstOrThrow())
}

function reportingHost(row: HostRow): ReportingHost {
  return {
    id: row.host_id,
    group: row.group_id,
    tags: row.tags,
    lastScan: row.last_scan_id ?? undefined,
    openAlerts: row.open_alerts,
  }
}

async function acknowledge(db: Db, agent: AgentIdentity, through: number): Promise<void> {
  await db
    .updateTable('agent')
    .set({ acknowledged: through })
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
}
