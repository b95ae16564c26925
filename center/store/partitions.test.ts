import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'

const day = 86_400_000

describe('partitions', () => {
  let here: TestStore
  const start = new Date('2031-05-10T12:00:00Z')
  before(async () => {
    here = await openTestStore()
  })
  after(() => here.close())

  test('several centers at once make the days of a week once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => here.store.housekeeping(start)))
    const made = all.flatMap(one => one.made)
    assert.equal(new Set(made).size, made.length)
    assert.deepEqual(
      made.filter(name => name.startsWith('host_event_')),
      [10, 11, 12, 13, 14, 15, 16, 17].map(date => `host_event_203105${date}`),
    )
    assert.deepEqual(await here.store.housekeeping(start), { made: [], dropped: [] })
  })

  test('a row lies in the partition of its id’s day; one that fits none is kept too and moves when its day comes', async () => {
    const soon = await event(here, new Date(start.getTime() + day))
    const later = await event(here, new Date(start.getTime() + 8 * day))
    assert.deepEqual(await places(here, soon, later), ['host_event_20310511', 'host_event_default'])
    await here.store.housekeeping(new Date(start.getTime() + day))
    assert.deepEqual(await places(here, soon, later), ['host_event_20310511', 'host_event_20310518'])
  })

  test('days beyond the retention go, with what is as old in the rest', async () => {
    const old = await event(here, new Date('2020-01-01T00:00:00Z'))
    const first = await event(here, new Date(start.getTime() - 1))
    const last = await event(here, new Date(start.getTime() + 2 * day))
    const { dropped } = await here.store.housekeeping(new Date(start.getTime() + 3 * day), { host_event: 2 })
    const gone = dropped.filter(name => name >= 'host_event_2031')
    assert.deepEqual(gone, ['host_event_20310510'])
    assert.deepEqual(await places(here, old, first, last), ['host_event_20310512'])
  })

  test('while rows are written to a table, its days are made', async () => {
    let running = true
    let written = 0
    const writer = (async () => {
      for (; running; written++) await event(here, new Date())
    })()
    await here.store.housekeeping(new Date('2033-01-01T00:00:00Z'))
    running = false
    await writer
    assert.ok(written > 0)
  })
})

async function event(here: TestStore, at: Date): Promise<string> {
  const id = uuid7(at)
  await here.store.tenant(here.tenant, db =>
    db
      .insertInto('host_event')
      .values({ tenant_id: here.tenant, event_id: id, host_id: uuid7(), what: 'test', at })
      .execute(),
  )
  return id
}

async function places(here: TestStore, ...ids: string[]): Promise<string[]> {
  const { rows } = await here.store.system(db =>
    sql<{
      place: string
    }>`SELECT tableoid::regclass::text AS place FROM host_event WHERE event_id = ANY(${ids}::uuid[]) ORDER BY event_id`.execute(
      db,
    ),
  )
  return rows.map(row => row.place)
}
