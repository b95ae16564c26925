import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { CacheBuilder } from './cache-builder.ts'
import { type Cache, cacheBytes, emptyCache, parseCache, readCache, writeCache } from './cache-file.ts'
import {
  CacheTable,
  cutFlag,
  digestPlace,
  hitFlag,
  setDigestPlace,
  setFlags,
  textKey,
  wordsPerEntry,
} from './cache-table.ts'

const word = fc.integer({ min: 0, max: 0xffff_ffff })
const nanoseconds = fc.nat(999_999_999)
/** Device, inode, size, times; no digest. */
const file = fc
  .tuple(word, fc.integer({ min: 1, max: 0xffff_ffff }), word, word, word, word, nanoseconds, word, nanoseconds)
  .map(words => Uint32Array.from([...words, 0]))
const files = fc.uniqueArray(file, { selector: one => one.subarray(0, 3).join(), maxLength: 200 })

function builtFrom(entries: readonly Uint32Array[], hits: ReadonlySet<number> = new Set()): Cache {
  const builder = new CacheBuilder(emptyCache(), 32)
  const all = new Uint32Array(entries.length * wordsPerEntry)
  const digests: Buffer[] = []
  entries.forEach((entry, at) => {
    const copy = entry.slice()
    if (hits.has(at)) setFlags(copy, hitFlag)
    if (at % 3 === 0) setDigestPlace(copy, digests.push(Buffer.alloc(32, at)))
    all.set(copy, at * wordsPerEntry)
  })
  const findings = [...hits].map(at => [textKey(entries[at] ?? new Uint32Array()), foundIn(at)] as const)
  builder.add(all, Buffer.concat(digests), findings)
  return builder.build()
}

const foundIn = (at: number) => ({ matches: [{ rule: `davylamp/r${at}`, words: ['w'] }], cut: [] })

test('what was put in is found with its digest and finding after the file was read again, and nothing else is', () => {
  fc.assert(
    fc.property(files, file, fc.infiniteStream(fc.boolean()), (entries, other, coin) => {
      const hits = new Set([...entries.keys()].filter(() => coin.next().value === true))
      const bytes = Buffer.concat(cacheBytes(builtFrom(entries, hits), 'key'))
      const cache = parseCache(bytes, 'key')
      assert.ok(cache)
      assert.equal(cache.entries, entries.length)
      entries.forEach((entry, at) => {
        const slot = cache.table.find(entry)
        assert.ok(slot >= 0)
        assert.equal(cache.table.flagsOf(slot), hits.has(at) ? hitFlag : 0)
        assert.deepEqual(cache.findings.get(textKey(entry)), hits.has(at) ? foundIn(at) : undefined)
        const place = digestPlace(cache.table.entry(slot))
        const digest = cache.digests.subarray((place - 1) * 32, place * 32)
        assert.deepEqual(place === 0 ? undefined : digest, at % 3 === 0 ? Buffer.alloc(32, at) : undefined)
      })
      if (!entries.some(one => textKey(one) === textKey(other))) assert.equal(cache.table.find(other), -1)
    }),
    { numRuns: 60 },
  )
})

test('a file that changed in anything is another one', () => {
  fc.assert(
    fc.property(file, fc.nat(8), fc.nat(31), (entry, at, bit) => {
      const { table } = builtFrom([entry])
      const changed = entry.slice()
      // The two highest bits of nanoseconds are none of theirs.
      const shift = at === 6 ? bit % 30 : bit
      changed[at] = ((changed[at] ?? 0) ^ (1 << shift)) >>> 0
      assert.equal(table.find(changed), -1)
    }),
  )
})

test('an entry of a file that changed takes the place of the old one', () => {
  const table = new CacheTable(new Uint32Array(8 * wordsPerEntry))
  const entry = Uint32Array.from([1, 2, 3, 4, 0, 5, 6, 7, 8, 0])
  const later = Uint32Array.from([1, 2, 3, 40, 0, 5, 6, 7, 9, 0])
  setFlags(later, hitFlag + cutFlag)
  assert.deepEqual([table.put(entry), table.put(later)], ['added', 'replaced'])
  assert.deepEqual([table.find(entry), table.find(later) >= 0], [-1, true])
  assert.equal([...Array(8).keys()].filter(slot => !table.isEmpty(slot)).length, 1)
})

test('a full table says so, and does not search for ever', () => {
  const table = new CacheTable(new Uint32Array(2 * wordsPerEntry))
  const entry = (inode: number) => Uint32Array.from([1, inode, 0, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual([table.put(entry(1)), table.put(entry(2)), table.put(entry(3))], ['added', 'added', undefined])
  assert.equal(table.find(entry(3)), -1)
  assert.equal(new CacheTable(new Uint32Array()).find(entry(1)), -1)
})

test('any changed byte, any cut and any other key: started anew', () => {
  const entries = [1, 2, 3].map(one => Uint32Array.from([1, one, 0, 9, 0, 5, 6, 7, 8, 0]))
  const bytes = Buffer.concat(cacheBytes(builtFrom(entries, new Set([1])), 'key'))
  assert.equal(parseCache(bytes, 'other'), undefined)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const broken = Buffer.from(bytes)
      broken[at] = (broken[at] ?? 0) ^ change
      assert.equal(parseCache(broken, 'key'), undefined)
      assert.equal(parseCache(bytes.subarray(0, at), 'key'), undefined)
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), any => assert.equal(parseCache(Buffer.from(any), 'key'), undefined)))
})

test('what a scan of everything did not meet is forgotten, what a scan of a part did not meet is kept', () => {
  const entries = [1, 2, 3].map(one => Uint32Array.from([1, one, 0, 9, 0, 5, 6, 7, 8, 0]))
  const before = builtFrom(entries, new Set([0, 1]))
  const [first = new Uint32Array(), , third = new Uint32Array()] = entries
  const used = new Uint8Array(Math.ceil(before.table.slots / 8))
  const slot = before.table.find(first)
  used[slot >> 3] = 1 << (slot & 7)
  const whole = new CacheBuilder(before, 32).build(used)
  assert.deepEqual([whole.entries, whole.findings.size, whole.table.find(third)], [1, 1, -1])
  const part = new CacheBuilder(before, 32).build()
  assert.deepEqual([part.entries, part.findings.size, part.table.find(third) >= 0], [3, 2, true])
})

test('a cache of which all was met and to which nothing came need not be written again', () => {
  const entries = [1, 2, 3].map(one => Uint32Array.from([1, one, 0, 9, 0, 5, 6, 7, 8, 0]))
  const before = builtFrom(entries)
  const used = new Uint8Array(Math.ceil(before.table.slots / 8))
  const meet = (entry: Uint32Array) => {
    const slot = before.table.find(entry)
    used[slot >> 3] = (used[slot >> 3] ?? 0) | (1 << (slot & 7))
  }
  entries.slice(0, 2).forEach(meet)
  assert.equal(new CacheBuilder(before, 32).isUnchanged(used), false)
  entries.slice(2).forEach(meet)
  const builder = new CacheBuilder(before, 32)
  assert.equal(builder.isUnchanged(used), true)
  builder.add(Uint32Array.from([1, 4, 0, 9, 0, 5, 6, 7, 8, 0]), Buffer.alloc(0), [])
  assert.equal(builder.isUnchanged(used), false)
  assert.equal(new CacheBuilder(emptyCache(), 32).isUnchanged(new Uint8Array()), true)
})

test('a file that two threads met, or that changed, counts once', () => {
  const builder = new CacheBuilder(emptyCache(), 32)
  const [first, changed] = [5, 6].map(time => Uint32Array.from([1, 2, 0, 9, 0, time, 6, 7, 8, 1]))
  for (const one of [first, first, changed]) if (one !== undefined) builder.add(one, Buffer.alloc(32, one[5]), [])
  const { table, entries, digests } = builder.build()
  assert.equal(entries, 1)
  const place = digestPlace(table.entry(table.find(changed ?? new Uint32Array())))
  assert.deepEqual(digests.subarray((place - 1) * 32, place * 32), Buffer.alloc(32, 6))
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'davylamp-cache-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('on the disk: only its owner may read it, and what others may write to is not believed', t => {
  const path = join(folder(t), 'deep/contents.cache')
  const entry = Uint32Array.from([1, 2, 0, 9, 0, 5, 6, 7, 8, 0])
  assert.equal(readCache(path, 'key').entries, 0)
  writeCache(path, builtFrom([entry]), 'key')
  assert.equal(readCache(path, 'key').entries, 1)
  chmodSync(path, 0o622)
  assert.equal(readCache(path, 'key').entries, 0)
  chmodSync(path, 0o600)
  const link = `${path}.link`
  symlinkSync(path, link)
  assert.equal(readCache(link, 'key').entries, 0)
  writeFileSync(path, readFileSync(path).subarray(0, -1))
  assert.equal(readCache(path, 'key').entries, 0)
})
