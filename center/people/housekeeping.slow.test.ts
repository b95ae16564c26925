import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { tidyPeople } from './housekeeping.ts'

const hour = 3_600_000
const day = 24 * hour
const now = new Date('2026-11-20T12:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)

let opened: TestStore
const user = randomUUID()

before(async () => {
  opened = await openTestStore()
  await opened.store.tenant(opened.tenant, db =>
    db
      .insertInto('user_account')
      .values({ tenant_id: opened.tenant, user_id: user, name: 'ada', state: 'active', created_by: 'root' })
      .execute(),
  )
})
after(() => opened.close())

/** Name, whether it stays, and what is told of it. */
const sessions: readonly [string, boolean, { last: Date; expires: Date; revoked?: Date }][] = [
  ['in use', true, { last: ago(hour), expires: ago(-day) }],
  ['ended lately', true, { last: ago(day), expires: ago(-day), revoked: ago(29 * day) }],
  ['ended long ago', false, { last: ago(day), expires: ago(-day), revoked: ago(31 * day) }],
  ['ran out lately', true, { last: ago(20 * day), expires: ago(20 * day) }],
  ['ran out long ago', false, { last: ago(31 * day), expires: ago(31 * day) }],
  ['forgotten', false, { last: ago(60 * day), expires: ago(-day) }],
]

test('what is over goes, what is in use or lately over stays, and once more changes nothing', async () => {
  const tenant_id = opened.tenant
  await opened.store.tenant(tenant_id, async db => {
    for (const [client, , { last, expires, revoked }] of sessions)
      await db
        .insertInto('session')
        .values({
          tenant_id,
          session_id: randomUUID(),
          user_id: user,
          hash: Buffer.from(client),
          method: 'password',
          address: '192.0.2.1',
          client,
          created_at: last,
          last_used: last,
          fresh_at: last,
          expires_at: expires,
          revoked_at: revoked ?? null,
        })
        .execute()
    for (const [address, at] of [
      ['192.0.2.29', ago(29 * day)],
      ['192.0.2.31', ago(31 * day)],
    ] as const)
      await sql`
        INSERT INTO login_attempt (tenant_id, attempt_id, name, address, outcome, method, at)
        VALUES (${tenant_id}, ${randomUUID()}, 'ada', ${address}, 'wrong', 'password', ${at})`.execute(db)
  })
  for (let times = 0; times < 2; times++) {
    await tidyPeople({ store: opened.store, clock: () => now })
    assert.deepEqual(
      new Set(await column('SELECT client AS it FROM session')),
      new Set(sessions.filter(([, stays]) => stays).map(([client]) => client)),
    )
    assert.deepEqual(await column('SELECT address AS it FROM login_attempt'), ['192.0.2.29'])
  }
})

async function column(text: string): Promise<string[]> {
  const { rows } = await opened.store.system(db => sql.raw<{ it: string }>(text).execute(db))
  return rows.map(one => one.it)
}
