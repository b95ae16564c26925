import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { createTar } from 'nanotar'
import { enginesHere, lookInto, scannerFor } from '../testing/scanners.ts'
import { usualLimits } from './budget.ts'

const rules = 'rule pit { strings: $a = "deep in the pit" condition: $a }'
const [engine] = enginesHere()
assert.ok(engine)
const limits = { ...usualLimits, bytes: 300_000, members: 20, freeBytes: 100_000, ratio: 50 }
const scanner = scannerFor(rules, engine, { archives: limits, chunkBytes: 4096, overlapBytes: 256 })

const song = Buffer.from(`${'la '.repeat(500)}deep in the pit`)
const other = Buffer.from('nothing here')
const tarOf = (files: Readonly<Record<string, Uint8Array>>) =>
  Buffer.from(createTar(Object.entries(files).map(([name, data]) => ({ name, data }))))
const tar = tarOf({ 'a/other': other, 'a/song': song, 'b/other': other })
const zip = Buffer.from(zipSync({ 'a/other': other, 'a/song': song, 'b/': new Uint8Array() }))
/** `tar | xz -9` of a file a/song, made once: nothing here packs xz. */
const tarXz = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AIZdADCLvBunjDRE4cIHdej848CShJSmb3LMoScg9tGY2B92O8Ih7N6Hl9wGwnMPaBH/4O+6IFM1HOBR2hcdJ3vDb/Pv0DgXAVJb/fCqratdX8d43n8KexI118x+OdtohcoZm0xQEwBGJFC/L+YDQkeNV8Y3ljI14nCUG3RCaBK4/TzbqPqp9UsAAAAAzJJS6vLkBXEAAaIBgFAAAAPVBCuxxGf7AgAAAAAEWVo=',
  'base64',
)

/** The same from the disk and from memory. */
function look(bytes: Uint8Array) {
  const { matches, cut } = lookInto(scanner, bytes)
  assert.deepEqual(scanner.scanContent(bytes), { matches, cut })
  return { found: matches.map(({ member, offset }) => [member, offset]), cut }
}

describe('one level deep', () => {
  for (const [name, bytes, found, cut = []] of [
    [
      'tar',
      tar,
      [
        [undefined, 512 * 3 + 1500],
        ['a/song', 1500],
      ],
    ],
    ['tar.gz', gzipSync(tar), [['a/song', 1500]]],
    ['tar.zst', zstdCompressSync(tar), [['a/song', 1500]]],
    ['tar.xz', tarXz, [['a/song', 0]]],
    ['gzip of a file', gzipSync(song), [['(content)', 1500]]],
    ['two gzip streams, one behind the other', Buffer.concat([gzipSync(other), gzipSync(song)]), [['(content)', 1512]]],
    ['zip', zip, [['a/song', 1500]]],
    [
      'zip behind a program that unpacks it',
      Buffer.concat([Buffer.from('PK\x03\x04 not yet'), zip]),
      [['a/song', 1500]],
    ],
    ['zip in a tar', tarOf({ 'x.zip': zip }), [], ['nested']],
    [
      'a member that is larger than a chunk',
      gzipSync(Buffer.concat([Buffer.alloc(50_000, '. '), song])),
      [['(content)', 51_500]],
    ],
    ['an empty gzip', gzipSync(Buffer.alloc(0)), []],
    ['a tar of nothing', Buffer.alloc(10_240), []],
  ] as const)
    test(name, () => assert.deepEqual(look(bytes), { found, cut }))
})

describe('what cannot be looked at is told, and what comes before it is looked at', () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`f${String(at).padStart(2, '0')}`, at === 3 ? song : other]),
  )
  for (const [name, bytes, found, cut] of [
    ['a bomb of zeros', gzipSync(Buffer.alloc(3_000_000)), [], ['limit']],
    [
      'a bomb behind something',
      gzipSync(Buffer.concat([song, Buffer.alloc(3_000_000)])),
      [['(content)', 1500]],
      ['limit'],
    ],
    ['a bomb in zstd', zstdCompressSync(Buffer.alloc(3_000_000)), [], ['limit']],
    ['a bomb in a zip', Buffer.from(zipSync({ a: song, b: new Uint8Array(3_000_000) })), [['a', 1500]], ['limit']],
    [
      'too many members',
      tarOf(many).subarray(0),
      [
        [undefined, 512 + 3 * 1024 + 1500],
        ['f03', 1500],
      ],
      ['limit'],
    ],
    [
      'gzip cut off',
      gzipSync(Buffer.concat([song, randomLike(20_000)])).subarray(0, -5000),
      [['(content)', 1500]],
      ['damaged'],
    ],
    ['gzip cut off within its header', gzipSync(song).subarray(0, 7), [], ['damaged']],
    [
      'gzip cut off within the name in its header',
      Buffer.concat([Buffer.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3), Buffer.from('a-long-name')]),
      [],
      ['damaged'],
    ],
    ['gzip with a wrong check sum', changedAt(gzipSync(song), -6), [['(content)', 1500]], ['damaged']],
    ['xz cut off', tarXz.subarray(0, -40), [['a/song', 0]], ['damaged']],
    ['zip cut off', zip.subarray(0, -30), [], ['damaged']],
    [
      'tar cut off',
      tar.subarray(0, 512 * 3 + 1600),
      [
        [undefined, 512 * 3 + 1500],
        ['a/song', 1500],
      ],
      ['damaged'],
    ],
    ['an encrypted member', encrypted(zip, 'a/other'), [['a/song', 1500]], ['encrypted']],
  ] as const)
    test(name, () => assert.deepEqual(look(bytes), { found, cut }))
})

test('names are shown, not followed', () => {
  const { matches } = lookInto(scanner, gzipSync(tarOf({ '../../etc/cron.d/x\u001b[2J': song })))
  assert.deepEqual(
    matches.map(one => one.member),
    ['../../etc/cron.d/x\\x1b[2J'],
  )
})

test('no bytes make it throw, hang or grow', () => {
  const samples = [tar, gzipSync(tar), zstdCompressSync(tar), tarXz, zip]
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
      fc.nat(),
      (sample, changes, cutAt) => {
        const bytes = Buffer.from(sample)
        for (const [at, value] of changes) bytes.writeUInt8(value, at % bytes.length)
        const left = bytes.subarray(0, cutAt % 3 === 0 ? cutAt % bytes.length : bytes.length)
        const { matches, cut } = lookInto(scanner, left)
        assert.deepEqual(scanner.scanContent(left), { matches, cut })
        for (const { offset = 0 } of matches) assert.ok(offset <= limits.bytes)
      },
    ),
    { numRuns: 60 },
  )
})

test('any files come out of a tar, a tar.gz and a zip as they went in', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}$/), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(names, fc.nat(5), fc.nat(9000), (all, which, before) => {
      const wanted = all[which % all.length] ?? ''
      const content = Buffer.concat([Buffer.alloc(before, '-'), Buffer.from('deep in the pit')])
      const files = Object.fromEntries(all.map(name => [name, name === wanted ? content : other]))
      const plain = tarOf(files)
      for (const bytes of [plain, gzipSync(plain), zipSync(files, { level: 6 })]) {
        const { matches, cut } = lookInto(scanner, bytes)
        assert.deepEqual(cut, [])
        assert.deepEqual(
          matches.filter(one => one.member !== undefined).map(({ member, offset }) => [member, offset]),
          [[wanted, before]],
        )
      }
    }),
    { numRuns: 10 },
  )
})

/** Bytes that no packer makes smaller, the same each time. */
function randomLike(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, state = 1; at < length; at++) {
    state = (state * 48_271) % 2_147_483_647
    bytes[at] = state & 0xff
  }
  return bytes
}

/** The flag alone: whoever reads must not try. */
function encrypted(bytes: Buffer, name: string): Buffer {
  const changed = Buffer.from(bytes)
  const entry = changed.lastIndexOf(name) - 46
  changed.writeUInt16LE(changed.readUInt16LE(entry + 8) | 1, entry + 8)
  return changed
}

function changedAt(bytes: Buffer, at: number): Buffer {
  return bytes.fill((bytes.at(at) ?? 0) ^ 1, bytes.length + at, bytes.length + at + 1)
}
