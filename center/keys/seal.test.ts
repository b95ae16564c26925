import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { MasterKeyError, makeMasterKey, readMasterKey } from './master-key.ts'
import { SealError, sealWith } from './seal.ts'

test('what was sealed opens again, with the same key and context only', () => {
  const ours = sealWith(randomBytes(32))
  const others = sealWith(randomBytes(32))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (plain, context, other) => {
      const sealed = ours.seal(plain, context)
      assert.deepEqual(ours.open(sealed, context), Buffer.from(plain))
      assert.throws(() => others.open(sealed, context), SealError)
      if (other !== context && Buffer.compare(Buffer.from(other), Buffer.from(context)) !== 0)
        assert.throws(() => ours.open(sealed, other), SealError)
    }),
    { numRuns: 200 },
  )
})

test('no changed bit and no cut opens', () => {
  const { seal, open } = sealWith(randomBytes(32))
  const sealed = seal(Buffer.from('a password'), 'channel')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.throws(() => open(changed, 'channel'), SealError)
  }
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => open(sealed.subarray(0, length), 'channel'), SealError)
})

test('the master key file', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'davylamp-master-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'center', 'master.key')

  assert.equal(await readMasterKey(path), undefined)
  const made = await Promise.all([makeMasterKey(path), makeMasterKey(path), makeMasterKey(path)])
  for (const one of made) assert.deepEqual(one, made[0], 'several at once agree on one key')
  assert.deepEqual(await readMasterKey(path), made[0])

  await chmod(path, 0o640)
  await assert.rejects(readMasterKey(path), /chmod 600/)
  await chmod(path, 0o600)
  await symlink(path, `${path}.link`)
  await assert.rejects(readMasterKey(`${path}.link`), /is a link/)
  for (const text of ['', 'davylamp-master-key-1:', 'davylamp-master-key-1:AAAA', 'x'.repeat(2_000)]) {
    await writeFile(path, text)
    await assert.rejects(readMasterKey(path), MasterKeyError)
  }
})
