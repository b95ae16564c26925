import assert from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { Client } from 'pg'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { appendAudit, auditHeadsPath, headOf, keepAuditHeads, readAuditHeads, verifyAudit } from './index.ts'
import {
  addUser,
  type Browser,
  goodPassword,
  openPeopleCenter,
  type PeopleCenter,
  signedInAdmin,
} from './testing/people-center.ts'

let center: PeopleCenter
let admin: Browser
let own: TestStore

before(async () => {
  center = await openPeopleCenter()
  admin = await signedInAdmin(center)
  own = await openTestStore()
})
after(async () => {
  await own.close()
  await center.close()
})

const fact = (tenant: string, detail: unknown, action = 'test.done') => ({
  tenant,
  actor: { kind: 'user' as const, id: 'u1', name: 'somebody' },
  address: '198.51.100.1',
  action,
  object: { kind: 'thing', id: 't1' },
  detail,
})

/** A tenant of its own with a log of twelve entries. */
async function newLog(store: TestStore = own): Promise<string> {
  const tenant = uuid7()
  await store.store.system(async db => {
    await db.insertInto('tenant').values({ tenant_id: tenant, name: tenant }).execute()
    for (let number = 1; number <= 12; number += 1) await appendAudit(db, fact(tenant, { number }))
  })
  return tenant
}

const verdict = (tenant: string, heads = [] as { sequence: number; hash: string }[]) =>
  own.store.system(db => verifyAudit(db, tenant, heads))

/** What a thief with the superuser's password does, behind the trigger. */
async function behind(text: string, values: readonly unknown[]): Promise<void> {
  const client = new Client(own.superuser)
  await client.connect()
  try {
    await client.query("SET session_replication_role = 'replica'")
    for (const statement of text.split(';')) await client.query(statement, [...values])
  } finally {
    await client.end()
  }
}

for (const [what, statement, brokenAt] of [
  ['a changed detail', `UPDATE audit_entry SET detail = '{"number": 99}' WHERE tenant_id = $1 AND sequence = 5`, 5],
  ['another actor', `UPDATE audit_entry SET actor = 'nobody' WHERE tenant_id = $1 AND sequence = 7`, 7],
  ['another action', `UPDATE audit_entry SET action = 'test.undone' WHERE tenant_id = $1 AND sequence = 7`, 7],
  ['another object', `UPDATE audit_entry SET object_id = 't2' WHERE tenant_id = $1 AND sequence = 1`, 1],
  ['another address', `UPDATE audit_entry SET address = '' WHERE tenant_id = $1 AND sequence = 12`, 12],
  ['another time', `UPDATE audit_entry SET at = at + interval '1 ms' WHERE tenant_id = $1 AND sequence = 3`, 3],
  ['another request', `UPDATE audit_entry SET request = 'r' WHERE tenant_id = $1 AND sequence = 3`, 3],
  ['a hash made up', `UPDATE audit_entry SET hash = sha256('x') WHERE tenant_id = $1 AND sequence = 4`, 4],
  ['a deleted entry', 'DELETE FROM audit_entry WHERE tenant_id = $1 AND sequence = 6', 6],
  ['a deleted beginning', 'DELETE FROM audit_entry WHERE tenant_id = $1 AND sequence <= 3', 1],
  [
    'a deleted entry with the gap closed',
    'DELETE FROM audit_entry WHERE tenant_id = $1 AND sequence = 6; UPDATE audit_entry SET sequence = sequence + 999 WHERE tenant_id = $1 AND sequence > 6',
    6,
  ],
  [
    'an inserted entry',
    `INSERT INTO audit_entry SELECT tenant_id, 13, at, actor_kind, actor_id, actor, address, action, object_kind, object_id, detail, request, hash, sha256('y') FROM audit_entry WHERE tenant_id = $1 AND sequence = 12`,
    13,
  ],
  [
    'two entries that changed places',
    'UPDATE audit_entry SET sequence = CASE sequence WHEN 4 THEN 1005 ELSE 1004 END WHERE tenant_id = $1 AND sequence IN (4, 5)',
    4,
  ],
] as const)
  test(`the check finds ${what}`, async () => {
    const tenant = await newLog()
    assert.deepEqual((await verdict(tenant)).ok, true)
    await behind(statement, [tenant])
    await behind('UPDATE audit_entry SET sequence = sequence - 1000 WHERE tenant_id = $1 AND sequence > 1000', [tenant])
    const found = await verdict(tenant)
    assert.deepEqual([found.ok, found.brokenAt], [false, brokenAt])
  })

test('a cut end, and a log written anew, are found by a head that was kept elsewhere', async () => {
  const tenant = await newLog()
  const kept = await own.store.system(db => headOf(db, tenant))
  await behind('DELETE FROM audit_entry WHERE tenant_id = $1 AND sequence > 10', [tenant])
  assert.equal((await verdict(tenant)).ok, true, 'the chain alone cannot tell')
  assert.deepEqual((await verdict(tenant, [kept])).brokenAt, 11)
  await own.store.system(async db => {
    for (const number of [11, 12, 13]) await appendAudit(db, fact(tenant, { number, anew: true }))
  })
  assert.equal((await verdict(tenant)).ok, true)
  assert.deepEqual((await verdict(tenant, [kept])).brokenAt, 12)
})

test('entries are neither changed nor deleted by the program, whatever it is told', async () => {
  const tenant = await newLog()
  const refused = /never changed or deleted/
  await assert.rejects(
    own.store.system(db => db.updateTable('audit_entry').set({ actor: 'x' }).where('tenant_id', '=', tenant).execute()),
    refused,
  )
  await assert.rejects(
    own.store.tenant(tenant, db => db.deleteFrom('audit_entry').where('tenant_id', '=', tenant).execute()),
    refused,
  )
})

test('entries written at the same moment form one chain without gaps; a transaction that fails leaves none', async () => {
  const tenant = await newLog()
  await Promise.allSettled(
    Array.from({ length: 30 }, (_, number) =>
      own.store.tenant(tenant, async db => {
        await appendAudit(db, fact(tenant, { number }))
        if (number % 3 === 0) throw new Error('taken back')
      }),
    ),
  )
  const found = await verdict(tenant)
  assert.deepEqual([found.ok, found.entries], [true, 32])
})

test('whatever a detail holds, it is stored and the chain holds', async () => {
  const tenant = await newLog()
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'binary' }), async (detail, name) => {
      await own.store.system(db =>
        appendAudit(db, {
          ...fact(tenant, { detail, name, [`k\0${name}`]: -0 }),
          actor: { kind: 'user', id: name, name },
        }),
      )
    }),
    { numRuns: 150 },
  )
  await own.store.system(db => appendAudit(db, fact(tenant, { long: 'x'.repeat(100_000), half: '\ud800' })))
  const found = await verdict(tenant)
  assert.deepEqual([found.ok, found.entries, found.reason], [true, 163, undefined])
})

test('a tenant’s entries do not verify as those of another', async () => {
  const [one, other] = [await newLog(), uuid7()]
  await own.store.system(db => db.insertInto('tenant').values({ tenant_id: other, name: other }).execute())
  await behind('UPDATE audit_entry SET tenant_id = $2 WHERE tenant_id = $1', [one, other])
  assert.deepEqual((await verdict(other)).brokenAt, 1)
})

test('heads are kept in a file, once for each, and broken lines of it do no harm', async () => {
  const { tenant } = center.store
  await keepAuditHeads(center.center)
  await keepAuditHeads(center.center)
  const path = auditHeadsPath(center.center.settings.state)
  await appendFile(path, '{"sequence": 5, "ha')
  const lines = (await readFile(path, 'utf8')).split('\n')
  assert.equal(lines.length, 2)
  const kept = await readAuditHeads(center.center.settings.state, tenant)
  assert.deepEqual(kept, [await center.system(db => headOf(db, tenant))])
})

test('the API lists, filters and verifies; who has audit:read for a group sees own entries only', async () => {
  const id = await addUser(admin, 'watched', [{ role: 'approver', group: center.store.group }])
  const watched = center.browser('203.0.113.9')
  await watched.signIn('watched', goodPassword)
  const about = (await admin.call('GET', `/audit?objectKind=user&objectId=${id}&limit=1`)).body
  assert.deepEqual([about.items[0]?.action, about.items.length], ['password.set-by-link', 1])
  const before = (await admin.call('GET', `/audit?objectKind=user&objectId=${id}&limit=1&after=${about.next}`)).body
  assert.deepEqual([before.items[0]?.action, before.items[0]?.actor.name], ['user.created', 'admin'])
  assert.ok(!JSON.stringify(before).includes(goodPassword))
  assert.equal((await admin.call('GET', '/audit?action=user.')).body.items.length, 2)
  assert.equal(
    (await admin.call('GET', '/audit?actor=admin&action=password%25')).body.items.length,
    0,
    '% is no wildcard',
  )
  const seen = (await watched.call('GET', '/audit')).body.items
  assert.deepEqual(
    seen.map(entry => entry.action),
    ['login', 'password.set-by-link'],
  )
  assert.equal(await watched.try('POST', '/audit/verify', {}), '403 not-allowed')
  const head = (await admin.call('GET', '/audit/head')).body
  const good = (await admin.call('POST', '/audit/verify', { heads: [head] })).body
  assert.deepEqual([good.ok, good.head.hash], [true, head.hash])
  const bad = (await admin.call('POST', '/audit/verify', { heads: [{ ...head, hash: '00'.repeat(32) }] })).body
  assert.deepEqual([bad.ok, bad.brokenAt], [false, head.sequence])
})
