import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client, type ClientConfig } from 'pg'
import { type BareDatabase, openBareDatabase, serverMissing, silentLog } from '../testing/index.ts'
import { ensureTenant } from './first-tenant.ts'
import { openStore } from './store.ts'

for (const server of ['embedded', 15] as const)
  describe(`--store postgres://… on ${server}`, { skip: serverMissing(server) ?? false }, () => {
    let bare: BareDatabase
    before(async () => {
      bare = await openBareDatabase(server)
    })
    after(() => bare.drop())

    test('a login that owns its database and may make roles is enough; the next login needs the roles only', async () => {
      const store = await openStore({ source: { url: urlOf(bare.connection) }, log: silentLog })
      const { tenant } = await ensureTenant(store)
      await store.close()
      const again = await openStore({ source: { url: urlOf(bare.connection) }, log: silentLog })
      assert.deepEqual((await ensureTenant(again)).tenant, tenant)
      await again.close()
    })

    test('a login without the right to make roles is told what an administrator does', async () => {
      const login = { ...bare.connection, user: 'plain', database: 'plain' }
      await ask(bare.superuser, `CREATE ROLE plain LOGIN PASSWORD '${String(bare.connection.password)}'`)
      await ask(bare.superuser, 'CREATE DATABASE plain OWNER plain STRATEGY wal_log')
      await assert.rejects(openStore({ source: { url: urlOf(login) }, log: silentLog }), {
        name: 'StoreError',
        message: /GRANT davylamp_app, davylamp_system TO the login/,
      })
      await ask(bare.superuser, 'GRANT davylamp_app, davylamp_system TO plain')
      const store = await openStore({ source: { url: urlOf(login) }, log: silentLog })
      const { tenant } = await ensureTenant(store)
      assert.equal((await store.tenant(tenant, db => db.selectFrom('host_group').selectAll().execute())).length, 1)
      await store.close()
      await ask(bare.superuser, 'DROP DATABASE plain')
      await ask(bare.superuser, 'DROP ROLE plain')
    })

    for (const [what, change, expected] of [
      [
        'a wrong password',
        { password: 'wrong' },
        /cannot be opened: password authentication failed .* Check the address, login and rights of --store/,
      ],
      ['no such database', { database: 'nothing' }, /cannot be opened: database "nothing" does not exist/],
      ['nobody there', { host: '/nonexistent' }, /cannot be opened: connect ENOENT/],
    ] as const)
      test(`${what}: refused in words, without the password`, async () => {
        const url = urlOf({ ...bare.connection, ...change })
        await assert.rejects(openStore({ source: { url }, log: silentLog }), (error: Error) => {
          assert.equal(error.name, 'StoreError')
          assert.match(error.message, expected)
          assert.equal(error.message.includes(String(bare.connection.password)), false)
          return true
        })
      })

    test('an address of something else is refused', async () => {
      await assert.rejects(openStore({ source: { url: 'mysql://a/b' }, log: silentLog }), /begins with postgres:\/\//)
    })
  })

function urlOf({ user, password, host, database }: ClientConfig): string {
  return `postgres://${user}:${encodeURIComponent(String(password))}@/${database}?host=${encodeURIComponent(host ?? '')}`
}

async function ask(connection: ClientConfig, text: string): Promise<void> {
  const client = new Client(connection)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
