import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPassword, hashPassword, parsePhc } from './password.ts'
import { weakness } from './password-policy.ts'
import { newCode } from './recovery-code.ts'
import { delaySeconds, networkOf } from './throttle.ts'
import { totpStep } from './totp.ts'
import { WorkQueue } from './work-queue.ts'

test('a password is right, wrong, or right and to be hashed anew', async () => {
  const stored = await hashPassword('violet harbour 93')
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await checkPassword('violet harbour 93', stored), 'right')
  assert.equal(await checkPassword('violet harbour 94', stored), 'wrong')
  assert.equal(await checkPassword('violet harbour 93', null), 'wrong')
  assert.notEqual(await hashPassword('violet harbour 93'), stored)
  const accent = await hashPassword('caf\u00e9 au lait im Park')
  assert.equal(await checkPassword('cafe\u0301 au lait im Park', accent), 'right', 'another form of the same letters')
  const salt = Buffer.from('somesaltsomesalt')
  const old = argon2Sync('argon2id', {
    message: 'x',
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: 64,
    passes: 1,
  })
  const phc = `$argon2id$v=19$m=64,t=1,p=1$${salt.toString('base64')}$${old.toString('base64')}`.replaceAll('=$', '$')
  assert.equal(await checkPassword('x', phc.replace(/=+(?=\$|$)/g, '')), 'outdated')
})

test('no stored text makes the check throw or work for minutes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.string().map(end => `$argon2id$v=19$m=${end}`),
      ),
      async text => {
        assert.equal(parsePhc(text), undefined)
      },
    ),
  )
  assert.equal(parsePhc(`$argon2id$v=19$m=9999999,t=99,p=1$c29tZXNhbHRzb21l$${'A'.repeat(43)}`), undefined)
})

for (const [password, good] of [
  ['violet-harbour-93-anvil', true],
  ['ein blaues Fahrrad im Regen', true],
  ['紫色的港口九十三个铁砧真好', true],
  ['short', false],
  ['password1234', false],
  ['P@ssw0rdP@ssw0rd', false],
  ['Passw0rd2026!!', false],
  ['123456789012', false],
  ['abcdefghijklm', false],
  ['aaaaaaaabbbb', false],
  ['qwertyuiopasdf', false],
  ['Winter2026!!', false],
  ['margaret2026!', false],
  ['margaret', false],
] as const)
  test(`${password} is ${good ? 'good enough' : 'too easy'}`, () => {
    assert.equal(weakness(password, { name: 'margaret', email: 'm.ops@example.com' }) === undefined, good)
  })

test('delays grow, and end', () => {
  const growth = { free: 5, first: 2, every: 1, most: 900, forget: 0 }
  assert.deepEqual(
    [1, 5, 6, 7, 8, 14, 15, 1_000_000].map(failures => delaySeconds(failures, growth)),
    [0, 0, 2, 4, 8, 512, 900, 900],
  )
})

for (const [address, expected] of [
  ['198.51.100.7', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
] as const)
  test(`delays are kept for ${expected} when ${address} knocks`, () => assert.equal(networkOf(address), expected))

test('an address of any form is one network, whatever was sent as one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.ipV4(), fc.string()), address => {
      assert.ok(networkOf(address).length <= 64)
    }),
  )
})

test('codes of RFC 6238 work in their step and its neighbours, and never again', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const at = (seconds: number) => new Date(seconds * 1000)
  assert.equal(totpStep(secret, '287082', at(59), null), 1, 'appendix B, the last six digits')
  assert.equal(totpStep(secret, '287 082', at(89), null), 1)
  assert.equal(totpStep(secret, '287082', at(120), null), undefined)
  assert.equal(totpStep(secret, '287082', at(59), 1), undefined)
  fc.assert(fc.property(fc.string(), text => assert.equal(totpStep(secret, `x${text}`, at(59), null), undefined)))
})

test('recovery codes have the form that people are told', () => {
  const codes = Array.from({ length: 500 }, newCode)
  assert.ok(codes.every(code => /^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/.test(code)))
  assert.equal(new Set(codes).size, 500)
})

test('of too much work at once the rest is sent away, and places are handed on', async () => {
  const queue = new WorkQueue(1, 2)
  const done: number[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  const works = gates.map((gate, number) => queue.run(() => gate.promise.then(() => void done.push(number))))
  await assert.rejects(
    queue.run(async () => {}),
    /Too many people/,
  )
  for (const gate of gates.toReversed()) gate.resolve()
  await Promise.all(works)
  assert.deepEqual(done, [0, 1, 2])
  await assert.rejects(
    queue.run(() => Promise.reject(new Error('broke'))),
    /broke/,
  )
  assert.equal(await queue.run(async () => 'still works'), 'still works')
})
