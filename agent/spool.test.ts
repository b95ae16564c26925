import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import type { Report } from '../model/wire/index.ts'
import { spooled } from '../model/wire/index.ts'
import { Spool } from './spool.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-spool-'))
  path = join(folder, 'spool.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

const tampering = (detail: string): Report => ({ kind: 'tampering', what: 'clock', detail })
const step = (run: string): Report => ({
  kind: 'run-step',
  run,
  plan: 'p',
  of: 1,
  state: { number: 1, outcome: 'done' } as never,
})
const open = (mostBytes = 1e9) => new Spool({ path, mostBytes })

function contents(spool: Spool): { sequence: number; report: Report }[] {
  return spool.batch(10_000, 1e9).items.map(one => JSON.parse(one))
}

test('what was appended is there after the file is opened again, as the wire wants it, until it is acknowledged', () => {
  const spool = open()
  assert.deepEqual(
    [spool.append(tampering('a')), spool.append(tampering('b\0\ud800')), spool.append(tampering('c'))],
    [1, 2, 3],
  )
  spool.close()
  const again = open()
  assert.equal(again.id, spool.id)
  for (const item of again.batch(10, 1e9).items) assert.ok(spooled.parse(JSON.parse(item)))
  again.acknowledged(2)
  assert.deepEqual(
    contents(again).map(one => one.sequence),
    [3],
  )
  again.acknowledged(3)
  assert.equal(again.append(tampering('d')), 4)
  again.acknowledged(4)
  again.close()
  const third = open()
  assert.equal(third.append(tampering('e')), 5, 'numbers are never used again')
  assert.equal(third.last(), 5)
  third.close()
})

test('a batch is bounded by count and bytes, but one large report goes alone', () => {
  const spool = open()
  for (const size of [10, 10, 5_000, 10]) spool.append(tampering('x'.repeat(size)))
  assert.equal(spool.batch(2, 1e9).through, 2)
  assert.equal(spool.batch(10, 600).through, 2)
  assert.equal(spool.batch(10, 600, 2).through, 3)
  assert.deepEqual(spool.batch(10, 600, 4), { items: [], through: 4 })
  spool.close()
})

test('a full spool drops the least important first, counts it, and asks for what can be made again', () => {
  const spool = open(20_000)
  const big = 'y'.repeat(900)
  for (let index = 0; index < 5; index++) {
    spool.append({ kind: 'tampering', what: 'x', detail: big })
    spool.append(step(big))
    spool.append({ kind: 'inventory', last: true, present: [], gone: [{ id: big.slice(0, 200), kind: 'package' }] })
  }
  assert.deepEqual(spool.losses, {})
  for (let index = 0; index < 20; index++)
    spool.append({ kind: 'order', order: crypto.randomUUID(), state: 'done', reason: big })
  assert.ok(spool.state().bytes <= 20_000)
  assert.equal(spool.losses['spool-full:run-step'], 5)
  assert.equal(spool.losses['spool-full:inventory'], 5)
  assert.equal(spool.losses['spool-full:tampering'], 5)
  const orders = contents(spool)
  assert.equal(
    orders.every(one => one.report.kind === 'order'),
    true,
  )
  assert.equal(orders.length + (spool.losses['spool-full:order'] ?? 0), 20)
  assert.equal(orders.at(-1)?.sequence, 35)
  assert.deepEqual(spool.wantedWhole(), ['inventory'])
  spool.sentWhole('inventory')
  assert.deepEqual(spool.wantedWhole(), [])
  spool.close()
})

test('one report larger than the spool may be is kept while it is the only one', () => {
  const spool = open(1_000)
  spool.append(tampering('z'.repeat(5_000)))
  assert.equal(contents(spool).length, 1)
  spool.append(tampering('small'))
  assert.deepEqual(
    contents(spool).map(one => one.sequence),
    [2],
  )
  spool.close()
})

for (const [name, spoil] of [
  ['overwritten', () => writeFileSync(path, Buffer.alloc(8_192, 0x41))],
  ['cut off', () => truncateSync(path, 5_000)],
  [
    'a page is garbage',
    () => {
      const bytes = readFileSync(path)
      bytes.fill(0xff, 4_096, 3 * 4_096)
      writeFileSync(path, bytes)
    },
  ],
] as const)
  test(`a damaged file is put aside and a new spool begins: ${name}`, () => {
    const spool = open()
    for (let index = 0; index < 50; index++) spool.append(tampering('x'.repeat(500)))
    const { id } = spool
    spool.close()
    spoil()
    const fresh = open()
    assert.notEqual(fresh.id, id)
    assert.equal(fresh.losses['spool-damaged'], 1)
    assert.equal(existsSync(`${path}.damaged`), true)
    assert.equal(fresh.append(tampering('works')), 1)
    assert.deepEqual(fresh.wantedWhole(), ['blocks', 'inventory', 'quarantine'])
    fresh.close()
  })

test('an old copy of the spool goes on under a new id and loses nothing that it holds', () => {
  const spool = open()
  spool.append(tampering('kept'))
  spool.close()
  copyFileSync(path, `${path}.copy`)
  const later = open()
  later.append(tampering('sent'))
  later.acknowledged(2)
  later.close()
  copyFileSync(`${path}.copy`, path)
  const old = open()
  assert.equal(old.last(), 1)
  const { id } = old
  old.startAnew()
  assert.notEqual(old.id, id)
  assert.deepEqual(contents(old), [{ ...contents(old)[0], sequence: 1, report: tampering('kept') }])
  assert.equal(old.append(tampering('next')), 2)
  old.close()
  const again = open()
  assert.equal(again.id, old.id)
  again.close()
})

test('an emptied spool gives the disk back', () => {
  const spool = open()
  for (let index = 0; index < 200; index++) spool.append(tampering('x'.repeat(9_000)))
  spool.acknowledged(200)
  spool.close()
  assert.ok(statSync(path).size < 100_000, String(statSync(path).size))
})

test('any order of appending, acknowledging and opening again keeps exactly what was not acknowledged', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), text: fc.string({ maxLength: 30 }) }),
    fc.record({ do: fc.constant('acknowledge' as const), back: fc.nat(5) }),
    fc.record({ do: fc.constant('open' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), steps => {
      rmSync(path, { force: true })
      let spool = open()
      let given = 0
      let known: [number, string][] = []
      for (const one of steps) {
        if (one.do === 'append') {
          given += 1
          assert.equal(spool.append(tampering(one.text)), given)
          known.push([given, one.text])
        } else if (one.do === 'acknowledge') {
          const through = given - one.back
          spool.acknowledged(through)
          known = known.filter(([sequence]) => sequence > through)
        } else {
          spool.close()
          spool = open()
        }
      }
      const found = contents(spool).map(({ sequence, report }) => [sequence, 'detail' in report && report.detail])
      spool.close()
      assert.deepEqual(found, known)
    }),
    { numRuns: 30 },
  )
})

test('what was kept for another center, or for none, is not for this one', () => {
  const spool = new Spool({ path, mostBytes: 1e9, owner: 'a' })
  const { id } = spool
  spool.append(tampering('for a'))
  spool.close()
  const same = new Spool({ path, mostBytes: 1e9, owner: 'a' })
  assert.deepEqual([same.id, contents(same).length], [id, 1])
  same.close()
  const other = new Spool({ path, mostBytes: 1e9, owner: 'b' })
  assert.notEqual(other.id, id)
  assert.deepEqual(contents(other), [])
  assert.deepEqual(other.wantedWhole(), ['blocks', 'inventory', 'quarantine'])
  assert.equal(other.append(tampering('for b')), 1)
  other.close()
})

test('a spool belongs to one process', () => {
  const spool = open()
  assert.throws(() => new Spool({ path, mostBytes: 1e9, waitMs: 10 }), { errcode: 5 })
  spool.close()
})
