import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type RawBuilder, sql } from 'kysely'
import { Client } from 'pg'
import { openTestStore, serverMissing, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import type { Db } from '../context.ts'
import { asSystem } from './as-system.ts'
import { ensureTenant } from './first-tenant.ts'

for (const server of ['embedded', 15] as const)
  describe(`tenants are kept apart on ${server}`, { skip: serverMissing(server) ?? false }, () => {
    let here: TestStore
    let other: { tenant: string; group: string }
    let behind: Client
    before(async () => {
      here = await openTestStore({ server })
      other = await ensureTenant(here.store, 'other')
      behind = new Client(here.superuser)
      await behind.connect()
    })
    after(async () => {
      await behind.end()
      await here.close()
    })

    test('every table with a tenant has row-level security, forced, with both policies and nothing else', async () => {
      const { rows } = await behind.query(`SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS on,
          ARRAY(SELECT polname::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`)
      assert.ok(rows.length >= 30, `only ${rows.length} tables`)
      for (const { name, on, policies } of rows)
        assert.deepEqual({ name, on, policies }, { name, on: true, policies: ['davylamp_app', 'davylamp_system'] })
    })

    test('the role of requests has no right on a partition, on a table without a tenant, or to truncate', async () => {
      const { rows } = await behind.query(`SELECT c.relname AS name FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND (
          has_table_privilege('davylamp_app', c.oid, 'TRUNCATE, REFERENCES, TRIGGER')
          OR has_table_privilege('davylamp_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AND (c.relispartition
            OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')))`)
      assert.deepEqual(rows, [])
    })

    test('on every table a tenant sees, changes and deletes no row of another, and writes none for it', async () => {
      const tables = await fill(behind, here.tenant, other.tenant)
      assert.ok(tables.length >= 30)
      for (const table of tables) {
        const name = sql.table(table)
        const seen = await here.store.tenant(here.tenant, db =>
          sql<{ tenant_id: string }>`SELECT DISTINCT tenant_id FROM ${name}`.execute(db),
        )
        assert.deepEqual({ table, rows: seen.rows }, { table, rows: [{ tenant_id: here.tenant }] })
        for (const change of [
          sql`UPDATE ${name} SET tenant_id = tenant_id WHERE tenant_id = ${other.tenant}`,
          sql`DELETE FROM ${name} WHERE tenant_id = ${other.tenant}`,
        ])
          assert.equal(await affected(here, change), 0n, table)
        const moved = here.store.tenant(here.tenant, db =>
          sql`UPDATE ${name} SET tenant_id = ${other.tenant}`.execute(db),
        )
        await assert.rejects(moved, /violates row-level security policy|never changed/, table)
        const inserted = here.store.tenant(other.tenant, db =>
          sql`INSERT INTO ${name} SELECT (jsonb_populate_record(t, jsonb_build_object('tenant_id', ${here.tenant}::text))).* FROM ${name} t`.execute(
            db,
          ),
        )
        await assert.rejects(inserted, /violates row-level security policy/, table)
        const none = await here.store.tenant(uuid7(), db => sql`SELECT FROM ${name}`.execute(db))
        assert.equal(none.rows.length, 0, table)
      }
    })

    test('without a tenant nothing is seen', async () => {
      const { rows } = await here.store.tenant('', db => sql`SELECT FROM host_group`.execute(db))
      assert.equal(rows.length, 0)
    })

    test('the system sees all tenants', async () => {
      const groups = await here.store.system(db => db.selectFrom('host_group').select('tenant_id').distinct().execute())
      assert.deepEqual(new Set(groups.map(one => one.tenant_id)), new Set([here.tenant, other.tenant]))
    })

    test('what a tenant asks as the system ends with that question, however it ends', async () => {
      const tenants = (db: Db) => sql<{ tenant_id: string }>`SELECT DISTINCT tenant_id FROM host_group`.execute(db)
      await here.store.tenant(here.tenant, async db => {
        assert.equal((await asSystem(db, tenants)).rows.length, 2)
        await assert.rejects(
          asSystem(db, () => Promise.reject(new Error('no answer'))),
          /no answer/,
        )
        assert.deepEqual((await tenants(db)).rows, [{ tenant_id: here.tenant }])
      })
      const broken = here.store.tenant(here.tenant, async db => {
        await asSystem(db, failing => sql`SELECT 1 / 0`.execute(failing)).catch(() => {})
        return await tenants(db)
      })
      await assert.rejects(broken, /current transaction is aborted/)
    })

    for (const statement of [
      'ALTER TABLE host_group DISABLE ROW LEVEL SECURITY',
      'ALTER TABLE host_group NO FORCE ROW LEVEL SECURITY',
      'DROP POLICY davylamp_app ON host_group',
      'CREATE POLICY mine ON host_group USING (true)',
      'SET LOCAL row_security = off; SELECT * FROM host_group',
      'ALTER ROLE davylamp_app BYPASSRLS',
      'SELECT * FROM alert_default',
      'SELECT * FROM center_node',
      'UPDATE migration SET sha256 = name',
      'TRUNCATE host_group',
      'DROP TABLE host_group',
      "COPY host_group TO PROGRAM 'true'",
    ])
      test(`refused: ${statement}`, async () => {
        const tried = here.store.tenant(here.tenant, db => sql.raw(statement).execute(db))
        await assert.rejects(
          tried,
          /permission denied|must be owner|must be superuser|would be affected by row-level security/,
        )
      })

    test('the settings of one transaction do not reach the next on the same connection', async () => {
      await here.store.tenant(here.tenant, db => sql`SELECT`.execute(db))
      const { rows } =
        await sql`SELECT current_user AS who, current_setting('davylamp.tenant', true) AS tenant`.execute(
          here.store.owner,
        )
      assert.deepEqual(
        rows.map(row => ({ ...(row as object), tenant: '' })),
        [{ who: 'davylamp', tenant: '' }],
      )
    })
  })

/** How many rows a statement changes; none when the table lets nobody change it. */
async function affected(here: TestStore, statement: RawBuilder<unknown>): Promise<bigint | undefined> {
  try {
    return (await here.store.tenant(here.tenant, db => statement.execute(db))).numAffectedRows
  } catch (error) {
    if (error instanceof Error && error.message.includes('never changed')) return 0n
    throw error
  }
}

/** One row of each tenant in every table, whatever its columns; rules between tables are not of interest here. */
async function fill(client: Client, ...tenants: string[]): Promise<string[]> {
  const { rows } = await client.query(`SELECT c.relname AS table, array_agg(a.attname::text) AS columns,
      array_agg(format_type(a.atttypid, NULL)) AS kinds
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
      AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
    GROUP BY c.relname ORDER BY 1`)
  await client.query('SET session_replication_role = replica')
  for (const { table, columns, kinds } of rows as { table: string; columns: string[]; kinds: string[] }[])
    for (const tenant of tenants) {
      if (table === 'tenant') continue
      const values = columns.map((column, at) => (column === 'tenant_id' ? `'${tenant}'` : sample(kinds[at] ?? '')))
      await client.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`)
    }
  return rows.map(row => String(row.table))
}

function sample(kind: string): string {
  if (kind === 'uuid') return `'${uuid7()}'`
  if (kind === 'jsonb') return `'{}'`
  if (kind === 'bytea') return `'\\x${uuid7().replaceAll('-', '')}'`
  if (kind === 'inet') return `'192.0.2.1'`
  if (kind === 'boolean') return 'true'
  if (kind === 'date' || kind.startsWith('timestamp')) return 'now()'
  if (kind.endsWith('[]')) return `'{}'`
  return kind === 'text' ? `'${uuid7()}'` : '1'
}
