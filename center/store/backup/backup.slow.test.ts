import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { openBareDatabase, openTestStore, serverMissing, silentLog, type TestStore } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'
import { openStore, type OpenStore } from '../store.ts'
import { backup, restore } from './index.ts'

const passphrase = 'correct horse battery'

for (const [from, to] of [
  ['embedded', 15],
  [15, 'embedded'],
  ['embedded', 'embedded'],
] as const)
  describe(`a backup of ${from} restored into ${to}`, { skip: serverMissing(15) ?? false }, () => {
    let here: TestStore
    let folder: string
    let file: string
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'davylamp-backup-'))
      file = join(folder, 'store.backup')
      here = await openTestStore({ server: from })
      await fill(here)
      writeFileSync(join(folder, 'master.key'), 'k'.repeat(32))
    })
    after(async () => {
      await here.close()
      rmSync(folder, { recursive: true })
    })

    test('holds one moment of a store that is worked on, and only its owner may read it', async () => {
      let going = true
      const writer = (async () => {
        while (going) await pair(here)
      })()
      const summary = await backup(here.store.connection, file, {
        program: '1.2.3',
        masterKeyFile: join(folder, 'master.key'),
        passphrase,
      })
      going = false
      await writer
      assert.equal(summary.masterKey, true)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.equal(gunzipSync(readFileSync(file)).includes('k'.repeat(32)), false)
    })

    test('gives every row back, in the partitions of its days, with tenants kept apart', async () => {
      const bare = await openBareDatabase(to)
      try {
        const keyFile = join(folder, 'restored', 'master.key')
        const options = { log: silentLog, masterKeyFile: keyFile, passphrase }
        const summary = await restore(bare.connection, file, options)
        assert.deepEqual(
          { program: summary.program, masterKey: summary.masterKey },
          { program: '1.2.3', masterKey: true },
        )
        assert.equal(readFileSync(keyFile, 'utf8'), 'k'.repeat(32))
        const store = await openStore({ source: { connection: bare.connection }, log: silentLog })
        try {
          await compare(here, store)
        } finally {
          await store.close()
        }
        await assert.rejects(restore(bare.connection, file, options), /The store is not empty/)
        rmSync(join(folder, 'restored'), { recursive: true })
      } finally {
        await bare.drop()
      }
    })

    test('is refused with a wrong passphrase, without one, cut off, or with a byte changed; the store stays empty', async () => {
      const bare = await openBareDatabase(to)
      const [broken, keyFile] = [join(folder, 'broken.backup'), join(folder, 'refused.key')]
      const attempt = (path: string, secret?: string) =>
        restore(bare.connection, path, { log: silentLog, masterKeyFile: keyFile, passphrase: secret })
      try {
        await assert.rejects(attempt(file, 'wrong horse battery'), /not the one that the backup was made with/)
        await assert.rejects(attempt(file), /Give that passphrase/)
        const whole = gunzipSync(readFileSync(file))
        writeFileSync(broken, gzipSync(whole.subarray(0, whole.length - 10)))
        await assert.rejects(attempt(broken, passphrase), /damaged \(it ends too early\)/)
        writeFileSync(broken, readFileSync(file).subarray(0, -200))
        await assert.rejects(attempt(broken, passphrase), /damaged/)
        const changed = Buffer.from(whole)
        changed.write('LOW', whole.indexOf('ROW-marker'))
        writeFileSync(broken, gzipSync(changed))
        await assert.rejects(attempt(broken, passphrase), /damaged \(the rows of \w+ are not those that were saved\)/)
        writeFileSync(broken, 'something else')
        await assert.rejects(attempt(broken, passphrase), { name: 'StoreError' })
        assert.throws(() => statSync(keyFile), /ENOENT/)
        assert.equal((await restore(bare.connection, file, { log: silentLog })).masterKey, false)
      } finally {
        await bare.drop()
      }
    })
  })

/** Text that COPY must escape, documents, arrays, bytes, old days, and a big number of rows. */
async function fill(here: TestStore): Promise<void> {
  await here.store.housekeeping(new Date('2026-01-10T00:00:00Z'))
  await here.store.tenant(here.tenant, async db => {
    for (const name of ['tab\tand\nline', 'back\\slash \\N \\.', '\\.', '漢字 🙂', 'ROW-marker', "quote's", ''])
      await db
        .insertInto('host')
        .values({ tenant_id: here.tenant, host_id: uuid7(), group_id: here.group, name, tags: [name, 'NULL', '{a,b}'] })
        .execute()
    await db
      .insertInto('rule_pack')
      .values({
        tenant_id: here.tenant,
        pack_id: uuid7(),
        name: 'bytes',
        version: 1,
        sha256: '',
        content: Buffer.from([0, 255, 10, 13, 92]),
        rules: 1,
        stage: 'draft',
        created_by: 'test',
      })
      .execute()
    await sql`INSERT INTO host_event (tenant_id, event_id, host_id, what, detail, at)
      SELECT ${here.tenant}::uuid, (${'019ba'} || substr(md5(n::text), 1, 3) || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
        gen_random_uuid(), 'many', jsonb_build_object('n', n, 'text', repeat('x', n % 50)), now()
      FROM generate_series(1, 20000) AS n`.execute(db)
  })
}

/** Two rows that are only ever written together. */
async function pair(here: TestStore): Promise<void> {
  await here.store.tenant(here.tenant, async db => {
    for (const what of ['left', 'right'])
      await db
        .insertInto('host_event')
        .values({ tenant_id: here.tenant, event_id: uuid7(), host_id: uuid7(), what, at: new Date() })
        .execute()
  })
}

async function compare(here: TestStore, restored: OpenStore): Promise<void> {
  const tables = await here.store.system(db =>
    sql<{ name: string }>`SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace = 'public'::regnamespace ORDER BY 1`.execute(db),
  )
  assert.ok(tables.rows.length > 30)
  for (const { name } of tables.rows) {
    const only = name === 'host_event' ? sql`WHERE what = 'many'` : name === 'migration' ? sql`WHERE false` : sql``
    const sum = sql<{ rows: number; hash: string | null }>`SELECT count(*) AS rows,
      md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) AS hash FROM ${sql.table(name)} t ${only}`
    const [before, now] = [await sum.execute(here.store.owner), await sum.execute(restored.owner)]
    assert.deepEqual({ name, ...now.rows[0] }, { name, ...before.rows[0] })
  }
  const halves = await sql<{ left: number; right: number }>`SELECT count(*) FILTER (WHERE what = 'left') AS left,
    count(*) FILTER (WHERE what = 'right') AS right FROM host_event`.execute(restored.owner)
  assert.equal(halves.rows[0]?.left, halves.rows[0]?.right)
  const rest = await sql<{ rows: number }>`SELECT count(*) AS rows FROM host_event_default`.execute(restored.owner)
  const restBefore = await sql<{ rows: number }>`SELECT count(*) AS rows FROM host_event_default`.execute(
    here.store.owner,
  )
  assert.deepEqual(rest.rows, restBefore.rows)
  const foreign = await restored.tenant(uuid7(), db => db.selectFrom('host').select('name').execute())
  assert.deepEqual(foreign, [])
}
