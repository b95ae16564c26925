import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTestStore } from '../testing/index.ts'
import { openCenterKeys } from './center-keys.ts'
import { MasterKeyError, makeMasterKey } from './master-key.ts'

test('several centers share the keys of a store; another master key is a plain error', async t => {
  const database = await openTestStore()
  t.after(() => database.close())
  const folder = await mkdtemp(join(tmpdir(), 'davylamp-keys-'))
  t.after(() => rm(folder, { recursive: true }))
  const open = (state: string) =>
    openCenterKeys({ store: database.store, state: join(folder, state), clock: () => new Date() })

  const [one, two] = await Promise.all([open('a'), open('a')])
  assert.equal(one.authority.fingerprint, two.authority.fingerprint)
  assert.deepEqual(await one.orderKeys(), await two.orderKeys())
  assert.deepEqual(two.open(one.seal(Buffer.from('secret'), 'x'), 'x'), Buffer.from('secret'))

  const bytes = Buffer.from('an order')
  const { key, signature } = await one.signOrder(bytes)
  const [known] = await two.orderKeys()
  assert.ok(known?.key === key)
  const publicKey = createPublicKey({ key: Buffer.from(known.publicKey, 'base64'), format: 'der', type: 'spki' })
  assert.ok(verify(null, bytes, publicKey, Buffer.from(signature, 'base64')))

  await assert.rejects(open('b'), /master\.key is absent\. Copy/)
  await makeMasterKey(join(folder, 'b/center/master.key'))
  await assert.rejects(
    open('b'),
    error => error instanceof MasterKeyError && /not the master key of this store/.test(error.message),
  )
  await cp(join(folder, 'a'), join(folder, 'c'), { recursive: true })
  assert.equal((await open('c')).authority.fingerprint, one.authority.fingerprint)

  const rows = await database.store.owner.selectFrom('center_key').selectAll().execute()
  assert.ok(rows.every(row => !row.sealed.includes(Buffer.from('PRIVATE')) && row.sealed[0] === 1))
  await assert.rejects(
    database.store.tenant(database.tenant, db => db.selectFrom('center_key').selectAll().execute()),
    /permission denied/,
    'who is bound to a tenant does not see them',
  )
})
