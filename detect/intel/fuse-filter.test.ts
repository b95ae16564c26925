import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildFilter, mayHold } from './fuse-filter.ts'

test('no key of a filter is ever denied, however the keys are spread', () => {
  const halves = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff))
  const alike = fc.tuple(fc.constant(7), fc.nat(3_000))
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(halves, alike), { maxLength: 600, selector: pair => pair.join() }), pairs => {
      const high = Uint32Array.from(pairs, pair => pair[0])
      const low = Uint32Array.from(pairs, pair => pair[1])
      const filter = buildFilter(high, low, pairs.length)
      for (const [one, other] of pairs) assert.ok(mayHold(filter, one, other), `${one} ${other}`)
    }),
    { numRuns: 200 },
  )
})

for (const count of [1, 2, 3, 1_000, 100_000])
  test(`${count} keys in a row: little memory, and at most 0.5 % of others are let through`, () => {
    const high = new Uint32Array(count)
    const low = Uint32Array.from({ length: count }, (_, at) => at)
    const filter = buildFilter(high, low, count)
    for (let at = 0; at < count; at++) assert.ok(mayHold(filter, 0, at))
    if (count >= 100_000) assert.ok(filter.bytes.length < count * 1.25, `${filter.bytes.length} bytes`)
    let wrong = 0
    for (let at = 0; at < 100_000; at++) if (mayHold(filter, at + 1, at)) wrong++
    assert.ok(wrong <= 500, `${wrong} of 100000`)
  })

test('a key that is given twice is refused, not put in silently', () => {
  assert.throws(() => buildFilter(Uint32Array.of(1, 1, 2), Uint32Array.of(5, 5, 6), 3), /some of them are the same/)
})
