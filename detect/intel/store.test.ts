import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Gap } from '../../model/index.ts'
import { openHashLookup, shareHashes } from './hash-lookup.ts'
import type { Indicator } from './indicator.ts'
import { allOf, indicatorsVersion, listedIndicators, openIndicators, openSources } from './indicators.ts'
import { sourceFolder } from './source.ts'
import { BusySourceError, removeSource, type SourceWriter, writeSource } from './write-source.ts'

const now = '2026-06-01T00:00:00.000Z'
const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-intel-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function put(intel: string, name: string, fill: (writer: SourceWriter) => void, confidence?: number) {
  return writeSource(intel, name, now, async writer => {
    fill(writer)
    const head = { name, from: '/x', kind: 'list', addedAt: now, updatedAt: now, own: false, left: [], again: {} }
    return { ...head, ...(confidence === undefined ? {} : { confidence }) }
  })
}

const list: readonly Indicator[] = [
  { type: 'sha256', value: sha256, confidence: 90, about: 'nothing' },
  { type: 'md5', value: md5, date: '2026-01-02T00:00:00.000Z' },
  { type: 'address', value: '198.51.100.7' },
  { type: 'address', value: '203.0.113.0/24', about: 'a network' },
  { type: 'address', value: '2001:db8:7::/48' },
  { type: 'domain', value: 'pool.example', expires: '2026-07-01T00:00:00.000Z' },
  { type: 'domain', value: 'old.example', expires: '2026-05-01T00:00:00.000Z' },
  { type: 'wallet', value: '4'.repeat(95) },
  { type: 'fingerprint', value: `SHA256:${'a'.repeat(43)}` },
]

function addList(writer: SourceWriter): void {
  for (const one of list) writer.add(one)
}

const questions = [
  ['sha256', sha256.toUpperCase(), { confidence: 90, about: 'nothing', value: sha256 }],
  ['md5', md5, { confidence: 40, date: '2026-01-02T00:00:00.000Z', value: md5 }],
  ['md5', md5.replace('d', 'e'), undefined],
  ['sha1', 'a'.repeat(40), undefined],
  ['address', '::ffff:198.51.100.7', { confidence: 40, value: '198.51.100.7' }],
  ['address', '203.0.113.9', { confidence: 40, about: 'a network; listed as 203.0.113.0/24', value: '203.0.113.9' }],
  ['address', '203.0.114.9', undefined],
  ['address', '2001:DB8:7:0::9', { confidence: 40, about: 'listed as 2001:db8:7::/48', value: '2001:db8:7::9' }],
  ['address', '2001:db8:8::9', undefined],
  [
    'domain',
    'EU.Pool.Example.',
    { confidence: 40, about: 'listed as pool.example', value: 'eu.pool.example', expires: '2026-07-01T00:00:00.000Z' },
  ],
  ['domain', 'notpool.example', undefined],
  ['domain', 'old.example', undefined],
  ['wallet', '4'.repeat(95), { confidence: 40, value: '4'.repeat(95) }],
  ['wallet', `${'4'.repeat(94)}5`, undefined],
  ['fingerprint', `SHA256:${'a'.repeat(43)}=`, { confidence: 40, value: `SHA256:${'a'.repeat(43)}` }],
] as const

test('what was added is found again, with all that its source says, on the disk and in memory', async t => {
  const intel = folderFor(t)
  const written = await put(intel, 'feed', addList, 40)
  assert.deepEqual(written.counts, { sha256: 1, md5: 1, address: 3, domain: 1, wallet: 1, fingerprint: 1 })
  const gaps: Gap[] = []
  const onDisk = openIndicators(intel, { now, addGap: gap => gaps.push(gap) })
  t.after(() => onDisk.close())
  const inMemory = listedIndicators(
    'feed',
    list.map(one => ({ confidence: 40, ...one })),
    now,
  )
  for (const [type, text, said] of questions) {
    const expected = said === undefined ? [] : [{ type, source: 'feed', ...said }]
    assert.deepEqual(onDisk.find(type, text), expected, text)
    assert.deepEqual(inMemory.find(type, text), expected, text)
  }
  assert.deepEqual(gaps, [])
  assert.deepEqual(
    allOf([onDisk, listedIndicators('ours', [{ type: 'md5', value: md5, confidence: 100 }], now)])
      .find('md5', md5)
      .map(one => one.source),
    ['ours', 'feed'],
  )
})

test('a later value replaces an earlier one, and a removed one is gone', async t => {
  const intel = folderFor(t)
  const written = await put(intel, 'feed', writer => {
    writer.add({ type: 'domain', value: 'a.example', about: 'first' })
    writer.add({ type: 'domain', value: 'a.example', about: 'second' })
    writer.add({ type: 'md5', value: md5 })
    writer.remove('md5', md5)
  })
  assert.deepEqual(written.counts, { domain: 1 })
  const [source] = openSources(intel, gap => assert.fail(gap.why))
  assert.deepEqual([...(source?.all() ?? [])], [{ type: 'domain', value: 'a.example', about: 'second' }])
  source?.close()
})

test('an import that fails changes nothing and leaves nothing behind', async t => {
  const intel = folderFor(t)
  await put(intel, 'feed', writer => writer.add({ type: 'md5', value: md5 }))
  const before = indicatorsVersion(intel)
  await assert.rejects(
    put(intel, 'feed', writer => {
      writer.add({ type: 'sha256', value: sha256 })
      throw new Error('cut off')
    }),
    /cut off/,
  )
  assert.equal(indicatorsVersion(intel), before)
  assert.deepEqual(
    readdirSync(join(intel, sourceFolder('feed'))).filter(one => !one.startsWith('tables-')),
    ['lock', 'source.json'],
  )
  const store = openIndicators(intel, { now, addGap: gap => assert.fail(gap.why) })
  assert.equal(store.find('md5', md5).length, 1)
  assert.equal(store.find('sha256', sha256).length, 0)
  store.close()
  await put(intel, 'feed', writer => writer.add({ type: 'sha256', value: sha256 }))
  assert.notEqual(indicatorsVersion(intel), before)
  removeSource(intel, 'feed')
  assert.deepEqual(readdirSync(intel), [])
})

test('of two that write to a source the second is told so, and neither loses anything', async t => {
  const intel = folderFor(t)
  const first = writeSource(intel, 'feed', now, async writer => {
    await assert.rejects(
      put(intel, 'feed', () => {}),
      BusySourceError,
    )
    assert.throws(() => removeSource(intel, 'feed'), BusySourceError)
    writer.add({ type: 'md5', value: md5 })
    return { name: 'feed', from: '/x', kind: 'list', addedAt: now, updatedAt: now, own: false, left: [], again: {} }
  })
  assert.deepEqual((await first).counts, { md5: 1 })
  assert.deepEqual((await put(intel, 'feed', writer => writer.add({ type: 'sha256', value: sha256 }))).counts, {
    sha256: 1,
  })
})

test('a lock whose holder ended stops nobody, although another process has its number now', async t => {
  const intel = folderFor(t)
  const folder = join(intel, sourceFolder('feed'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'lock'), '1')
  await put(intel, 'feed', writer => writer.add({ type: 'md5', value: md5 }))
  removeSource(intel, 'feed')
  assert.deepEqual(readdirSync(intel), [])
})

test('a damaged source is told, and the others go on', async t => {
  const intel = folderFor(t)
  for (const name of ['one', 'two', 'three', 'four'])
    await put(intel, name, writer => {
      writer.add({ type: 'md5', value: md5 })
      writer.add({ type: 'domain', value: 'a.example' })
    })
  const place = (name: string, file: string) => {
    const folder = join(intel, sourceFolder(name))
    const tables = readdirSync(folder).find(one => one.startsWith('tables-')) ?? ''
    return join(folder, file === 'source.json' ? '' : tables, file)
  }
  writeFileSync(place('one', 'source.json'), '{')
  writeFileSync(place('two', 'md5.index'), 'broken')
  chmodSync(place('three', 'source.json'), 0o666)
  const gaps: Gap[] = []
  const store = openIndicators(intel, { now, addGap: gap => gaps.push(gap) })
  t.after(() => store.close())
  assert.deepEqual(
    [
      store.find('md5', md5).map(one => one.source),
      store
        .find('domain', 'a.example')
        .map(one => one.source)
        .sort(),
    ],
    [['four'], ['four', 'two']],
  )
  assert.deepEqual(store.find('md5', md5).length, 1)
  assert.deepEqual(
    gaps
      .map(gap => /damaged or of another version|others than its owner|md5 of "two" cannot be used/.exec(gap.why)?.[0])
      .sort(),
    ['damaged or of another version', 'md5 of "two" cannot be used', 'others than its owner'],
  )
})

test('threads look hashes up in memory that they share', async t => {
  const intel = folderFor(t)
  await put(intel, 'feed', addList)
  const shared = structuredClone(shareHashes(intel))
  const lookup = openHashLookup(shared)
  t.after(() => lookup.close())
  assert.deepEqual(lookup.wants, { md5: true, sha1: false, sha256: true })
  assert.deepEqual(
    [sha256, md5, 'a'.repeat(64), 'a'.repeat(40), 'aa'].map(hex => lookup.has(Buffer.from(hex, 'hex'))),
    [true, true, false, false, false],
  )
})
