import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { joinCampaigns } from './campaigns.ts'
import { forgetOld } from './forget-old.ts'
import { createIngest } from './ingest.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from './testing/agents.ts'
import { infectedHost, type RealScan, realScan } from './testing/real-scan.ts'

const day = 86_400
const kept = { alert: 400, detection: 180 }

let opened: TestStore
let center: TestCenter
let infected: RealScan

before(async () => {
  opened = await openTestStore()
  center = testCenter(opened)
  infected = await realScan(infectedHost())
})
after(() => opened.close())

test('what alerts left behind goes with their partition, and what is younger stays', async () => {
  const [old, young] = [await addAgent(opened, 'old'), await addAgent(opened, 'old-too')]
  await scanned(old)
  await scanned(young)
  while ((await joinCampaigns(center)) > 0);
  const before = await left()
  for (const [table, count] of Object.entries(before)) assert.ok(count > 0, table)
  assert.equal(await forgetOld(center, kept), 0)
  assert.deepEqual(await left(), before)

  center.later(400 * day)
  const later = await addAgent(opened, 'young')
  await scanned(later)
  const both = await left()
  center.later(day)
  await opened.store.housekeeping(center.clock(), { alert: 400 })
  assert.ok((await forgetOld(center, kept)) > 0)
  const rest = await left()
  for (const table of ['alert', 'alert_key', 'alert_seen', 'hunt_term'] as const)
    assert.equal(rest[table], (both[table] ?? 0) - (before[table] ?? 0), table)
  assert.equal(rest['campaign'], 0)
  assert.deepEqual(await hostsLeft(), [later.host])
  assert.equal(await forgetOld(center, kept), 0)

  // The old host still has its miner: that is a new alert now, not a key without one.
  await scanned(old)
  assert.ok((await hostsLeft()).includes(old.host))
})

test('more than one statement takes at once goes, and terms that are gone as long as alerts are kept', async () => {
  const agent = await addAgent(opened, 'many')
  const long = new Date(center.clock().getTime() - 500 * day * 1_000)
  await opened.store.tenant(opened.tenant, async db => {
    await sql`
      INSERT INTO alert_key (tenant_id, host_id, about, origin, alert_id)
      SELECT ${opened.tenant}::uuid, ${agent.host}::uuid, 'finding', 'f' || n, ${uuid7(long)}::uuid
      FROM generate_series(1, 12001) AS n`.execute(db)
    for (const [term, gone_at] of [
      ['/gone', long],
      ['/here', null],
    ] as const)
      await db
        .insertInto('hunt_term')
        .values({
          tenant_id: opened.tenant,
          kind: 'path',
          term,
          host_id: agent.host,
          source: 'inventory',
          source_id: randomUUID(),
          first_seen: long,
          last_seen: long,
          gone_at,
        })
        .execute()
  })
  assert.equal(await forgetOld(center, kept), 12_002)
  const { rows } = await opened.store.system(db =>
    sql<{ term: string }>`SELECT term FROM hunt_term WHERE host_id = ${agent.host}`.execute(db),
  )
  assert.deepEqual(rows, [{ term: '/here' }])
})

const spools = new Map<string, { spool: string; sent: number }>()

async function scanned(agent: Awaited<ReturnType<typeof addAgent>>): Promise<void> {
  const ingest = createIngest(center)
  const { spool, sent } = spools.get(agent.agent) ?? { spool: randomUUID(), sent: 0 }
  spools.set(agent.agent, { spool, sent: sent + 1 })
  await ingest.hello(agent, spool)
  const report = { kind: 'scan' as const, id: randomUUID(), scan: infected.scan }
  assert.deepEqual((await ingest.reports(agent, spool, spooledFrom(sent + 1, [report]))).rejected, [])
}

async function left(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of ['alert', 'alert_key', 'alert_seen', 'hunt_term', 'campaign']) {
    const { rows } = await opened.store.system(db =>
      sql<{ count: number }>`SELECT count(*)::int AS count FROM ${sql.table(table)}`.execute(db),
    )
    counts[table] = rows[0]?.count ?? 0
  }
  return counts
}

async function hostsLeft(): Promise<string[]> {
  const { rows } = await opened.store.system(db =>
    sql<{ host_id: string }>`
      SELECT host_id FROM alert_key UNION SELECT host_id FROM alert_seen UNION SELECT host_id FROM hunt_term
      ORDER BY host_id`.execute(db),
  )
  return rows.map(one => one.host_id)
}
