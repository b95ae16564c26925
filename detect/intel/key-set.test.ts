import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { KeySet, loadIndex } from './key-set.ts'
import { RecordSorter } from './sort-records.ts'
import { writeKeySet } from './write-key-set.ts'

const sizes = { keyBytes: 16, recordBytes: 22 }

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function recordOf(key: string, value: number): Buffer {
  const record = Buffer.alloc(sizes.recordBytes)
  record.write(key, 0, 'hex')
  record.writeUIntBE(value, 16, 6)
  return record
}

function written(
  folder: string,
  name: string,
  records: readonly Buffer[],
  atOnce = 1_000,
): { set: KeySet; sha256: string } {
  const sorter = new RecordSorter({ size: sizes.recordBytes, keyBytes: sizes.keyBytes, folder, name, atOnce })
  for (const record of records) sorter.add(record)
  const { indexSha256 } = writeKeySet(folder, name, sizes, sorter.sorted())
  return { set: new KeySet(loadIndex(folder, name, indexSha256)), sha256: indexSha256 }
}

test('what was put in is found with its latest value, and nothing else is', t => {
  const folder = folderFor(t)
  // Keys that differ late are what makes blocks and filters overlap.
  const key = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('hex')),
    fc.nat(2_000).map(number => `${'0'.repeat(28)}${number.toString(16).padStart(4, '0')}`),
    fc.nat(300).map(number => `${'ab'.repeat(8)}${number.toString(16).padStart(16, '0')}`),
  )
  let run = 0
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 900 }),
      fc.array(key, { maxLength: 50 }),
      fc.integer({ min: 60, max: 1_000 }),
      (keys, others, atOnce) => {
        const name = `set${run++}`
        const { set } = written(folder, name, keys.map(recordOf), atOnce)
        const latest = new Map(keys.map((one, at) => [one, at]))
        for (const [one, at] of latest) {
          assert.equal(set.find(Buffer.from(one, 'hex'))?.readUIntBE(16, 6), at)
          assert.ok(set.has(Buffer.from(one, 'hex')))
        }
        for (const one of others) assert.equal(set.has(Buffer.from(one, 'hex')), latest.has(one))
        assert.equal(set.count, latest.size)
        assert.deepEqual(
          [...set.all()].map(record => record.toString('hex', 0, 16)),
          [...latest.keys()].sort(),
        )
        set.close()
      },
    ),
    { numRuns: 12 },
  )
  assert.deepEqual(
    readdirSync(folder).filter(name => name.includes('.run-')),
    [],
  )
})

test('a damaged index is refused whole; a damaged block only for its keys', t => {
  const folder = folderFor(t)
  const keys = Array.from({ length: 1_000 }, (_, at) => (at * 0x00ff_ff00).toString(16).padStart(32, '0'))
  const { set, sha256 } = written(folder, 'md5', keys.map(recordOf))
  set.close()
  const records = readFileSync(join(folder, 'md5.records'))
  const last = keys.toSorted().at(-1) ?? ''
  records[records.length - 1] = (records.at(-1) ?? 0) ^ 1
  writeFileSync(join(folder, 'md5.records'), records)
  const damaged = new KeySet(loadIndex(folder, 'md5', sha256))
  t.after(() => damaged.close())
  assert.ok(damaged.has(Buffer.from(keys.toSorted()[0] ?? '', 'hex')))
  assert.throws(() => damaged.find(Buffer.from(last, 'hex')), /md5\.records was changed or is damaged: block 3/)
  assert.throws(() => damaged.verify(), /block 3/)
  truncateSync(join(folder, 'md5.records'), 100)
  assert.throws(() => damaged.find(Buffer.from(keys.toSorted()[0] ?? '', 'hex')), /block 0/)
  const index = readFileSync(join(folder, 'md5.index'))
  index[index.length - 1] = (index.at(-1) ?? 0) ^ 1
  writeFileSync(join(folder, 'md5.index'), index)
  assert.throws(() => loadIndex(folder, 'md5', sha256), /md5\.index was changed or is damaged/)
})

test('an empty set answers no', t => {
  const { set } = written(folderFor(t), 'none', [])
  assert.equal(set.has(Buffer.alloc(16)), false)
  assert.deepEqual([...set.all()], [])
})
