import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore, serverMissing, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'

for (const server of ['embedded', 15] as const)
  describe(`the store on ${server}`, { skip: serverMissing(server) ?? false }, () => {
    let here: TestStore
    before(async () => {
      here = await openTestStore({ server })
    })
    after(() => here.close())

    test('a bigint comes as a number, an address as text, a day as text, a document parsed', async () => {
      const { rows } = await here.store.tenant(here.tenant, db =>
        sql`SELECT 9007199254740991::bigint AS big, ARRAY[1, NULL]::bigint[] AS bigs, '10.0.0.1'::inet AS address,
          DATE '2026-01-02' AS day, '{"a":[1]}'::jsonb AS document, count(*) AS count FROM host`.execute(db),
      )
      assert.deepEqual(rows, [
        { big: 2 ** 53 - 1, bigs: [1, null], address: '10.0.0.1', day: '2026-01-02', document: { a: [1] }, count: 0 },
      ])
    })

    test('a bigint beyond 2^53 is an error, not another number', async () => {
      await assert.rejects(
        here.store.system(db => sql`SELECT 9007199254740993::bigint AS big`.execute(db)),
        /the number 9007199254740993 of the store is too large/,
      )
    })

    test('work that throws leaves nothing', async () => {
      const group = uuid7()
      const broken = here.store.tenant(here.tenant, async db => {
        await db.insertInto('host_group').values({ tenant_id: here.tenant, group_id: group, name: 'gone' }).execute()
        throw new Error('changed my mind')
      })
      await assert.rejects(broken, /changed my mind/)
      const found = await here.store.tenant(here.tenant, db =>
        db.selectFrom('host_group').selectAll().where('group_id', '=', group).execute(),
      )
      assert.deepEqual(found, [])
    })

    test('two that change the same row in opposite order both succeed: a deadlock is tried again', async () => {
      const [one, two] = [uuid7(), uuid7()]
      await here.store.tenant(here.tenant, db =>
        db
          .insertInto('host_group')
          .values([one, two].map(id => ({ tenant_id: here.tenant, group_id: id, name: id })))
          .execute(),
      )
      let tries = 0
      const arrived: (() => void)[] = []
      const both = new Promise<void>(resolve => arrived.push(resolve))
      const change = (first: string, second: string) =>
        here.store.tenant(here.tenant, async db => {
          tries++
          const raise = (id: string) =>
            db
              .updateTable('host_group')
              .set(row => ({ policy_version: row('policy_version', '+', 1) }))
              .where('group_id', '=', id)
              .execute()
          await raise(first)
          if (tries === 2) for (const go of arrived) go()
          await both
          await raise(second)
        })
      await Promise.all([change(one, two), change(two, one)])
      const versions = await here.store.tenant(here.tenant, db =>
        db.selectFrom('host_group').select('policy_version').where('group_id', 'in', [one, two]).execute(),
      )
      assert.deepEqual(versions, [{ policy_version: 3 }, { policy_version: 3 }])
      assert.equal(tries, 3)
    })
  })
