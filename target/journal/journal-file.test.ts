import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jenkinsHash, sipHash24 } from './hash.ts'
import { type JournalEntry, JournalFile } from './journal-file.ts'
import {
  bytesOf,
  entryCount,
  journalForms,
  knownEntries,
  machineId,
  readJournal,
  trimmedJournal,
} from './testing/read-journal.ts'

const known = [...knownEntries()]

for (const form of journalForms)
  test(`${form}: every entry as systemd wrote it, oldest and newest first`, () => {
    const journal = open(readJournal(form))
    assert.equal(journal.machineId, machineId)
    assert.equal(journal.entryCount, entryCount)
    assert.deepEqual(
      [...journal.entries()].map(plain),
      known.map(({ realtime, fields }) => plainKnown(realtime, fields)),
    )
    const last = [...journal.entries({ backwards: true, from: entryCount - 3 })].map(({ index }) => index)
    assert.deepEqual(last, [entryCount - 1, entryCount - 2, entryCount - 3])
    assert.equal(journal.damage, undefined)
  })

for (const form of journalForms)
  test(`${form}: entries with a field are found by the tables of the file`, () => {
    let looks = 0
    const content = readJournal(form)
    const journal = open(content, new Set(['MESSAGE']), (offset, length) => {
      looks++
      return bytesOf(content)(offset, length)
    })
    const ofSshd = known.filter(({ fields }) => fields.some(([name, value]) => name === '_COMM' && value === 'sshd'))
    assert.equal(journal.count('_COMM=sshd'), ofSshd.length)
    assert.equal(journal.count('_COMM=sshd-session'), 0)
    const found = [...journal.entries({ match: '_COMM=sshd', from: 100 })]
    assert.deepEqual(
      found.map(({ fields }) => fields.get('MESSAGE')),
      ofSshd.slice(100).map(({ fields }) => [fields.find(([name]) => name === 'MESSAGE')?.[1]]),
    )
    assert.deepEqual([...(found[0]?.fields.keys() ?? [])], ['MESSAGE'])
    assert.ok(looks < 40, `${looks} blocks`)
  })

test('what is written later is there after a refresh', () => {
  const content = readJournal('plain-keyed-zstd')
  const less = Buffer.from(content)
  less.writeBigUInt64LE(BigInt(entryCount - 5), 152)
  let shown: Buffer = less
  const journal = open(less, undefined, (offset, length) => bytesOf(shown)(offset, length))
  assert.equal([...journal.entries({ from: entryCount - 6 })].length, 1)
  shown = content
  assert.ok(journal.refresh())
  assert.deepEqual(
    [...journal.entries({ from: entryCount - 5 })].map(({ index }) => index),
    [5, 4, 3, 2, 1].map(before => entryCount - before),
  )
  shown = readJournal('compact-keyed-zstd')
  assert.equal(journal.refresh(), false)
})

test('what is no journal, or one to come', () => {
  assert.equal(
    JournalFile.open(() => undefined),
    undefined,
  )
  assert.equal(JournalFile.open(bytesOf(Buffer.from('LPKSHHRH'))), undefined)
  const later = readJournal('compact-keyed-zstd')
  later.writeUInt32LE(later.readUInt32LE(12) | 64, 12)
  assert.equal(JournalFile.open(bytesOf(later)), undefined)
})

test('work is limited, and what was left out is told', () => {
  const journal = open(readJournal('compact-keyed-zstd'))
  journal.limitWork(500)
  const some = [...journal.entries()].length
  assert.ok(some > 5 && some < 100, String(some))
  assert.ok(journal.unfinished)
})

test('a cut file yields what is left of it', () => {
  const content = trimmedJournal('compact-keyed-zstd')
  const journal = open(content.subarray(0, content.length - 100_000))
  const found = [...journal.entries()]
  assert.ok(found.length > 100 && found.length < entryCount)
  assert.deepEqual(plain(found[0] ?? assert.fail()), plainKnown(known[0]?.realtime ?? 0, known[0]?.fields ?? []))
  assert.ok(journal.damage !== undefined)
})

for (const form of journalForms) {
  const content = trimmedJournal(form)
  test(`${form}: any bytes may be wrong`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 4, 8, 127, 255)), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (changes, nearFront) => {
          const hurt = Buffer.from(content)
          for (const [at, value] of changes) hurt[at % (nearFront ? 272 : hurt.length)] = value
          endsSoon(hurt)
        },
      ),
      { numRuns: 60 },
    )
  })
}

test('every number of the header and of the last objects may be any', () => {
  const content = trimmedJournal('plain-keyed-zstd')
  const first = Number(content.readBigUInt64LE(136)) - 2000
  for (const at of [...steps(88, 280), ...steps(first - (first % 8), first + 400)])
    for (const value of [0n, 8n, 2n ** 31n, 2n ** 52n, 2n ** 64n - 1n]) {
      const before = content.readBigUInt64LE(at)
      content.writeBigUInt64LE(value, at)
      const journal = JournalFile.open(bytesOf(content))
      journal?.limitWork(500)
      for (const match of ['_COMM=sshd', undefined]) read(journal, match)
      content.writeBigUInt64LE(before, at)
    }
})

test('hashes of the reference implementations', () => {
  const key = Buffer.from(Array.from({ length: 16 }, (_, at) => at))
  assert.equal(sipHash24(Buffer.alloc(0), key), 0x726fdb47dd0e0e31n)
  assert.equal(sipHash24(Buffer.from(Array.from({ length: 15 }, (_, at) => at)), key), 0xa129ca6149be45e5n)
  assert.equal(jenkinsHash(Buffer.alloc(0)), 0xdeadbeefdeadbeefn)
  assert.equal(jenkinsHash(Buffer.from('Four score and seven years ago')), 0x17770551ce7226e6n)
})

function* steps(from: number, end: number): Iterable<number> {
  for (let at = from; at < end; at += 8) yield at
}

function open(content: Buffer, names?: ReadonlySet<string>, read = bytesOf(content)): JournalFile {
  return JournalFile.open(read, names) ?? assert.fail('no journal')
}

function endsSoon(content: Buffer): void {
  const journal = JournalFile.open(bytesOf(content))
  journal?.limitWork(30_000)
  for (const match of ['_COMM=sshd', undefined]) read(journal, match)
}

function read(journal: JournalFile | undefined, match: string | undefined): void {
  let count = 0
  for (const { atMs } of journal?.entries({ ...(match === undefined ? {} : { match }), backwards: true }) ?? []) {
    assert.equal(typeof atMs, 'number')
    count++
  }
  assert.ok(count <= 4 * entryCount)
}

function plain({ atMs, fields }: JournalEntry): string[] {
  return [String(atMs), ...[...fields].flatMap(([name, values]) => values.map(value => `${name}=${value}`)).sort()]
}

function plainKnown(realtime: number, fields: readonly (readonly [string, string])[]): string[] {
  return [String(realtime / 1000), ...fields.map(([name, value]) => `${name}=${value}`).sort()]
}
