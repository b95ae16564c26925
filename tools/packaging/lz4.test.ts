import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lz4Block } from './lz4.ts'

/** lz4_Block_format.md, as plainly as it can be read. */
function unpacked(block: Uint8Array): Buffer {
  const out: number[] = []
  const length = (at: number, start: number): [number, number] => {
    let [value, next] = [start, at]
    if (start === 15) for (let more = 255; more === 255; ) value += more = block[next++] ?? 0
    return [value, next]
  }
  for (let at = 0; at < block.length; ) {
    const token = block[at] ?? 0
    const [literals, from] = length(at + 1, token >> 4)
    out.push(...block.subarray(from, from + literals))
    at = from + literals
    if (at >= block.length) break
    const back = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
    const [match, next] = length(at + 2, token & 15)
    assert.ok(back > 0 && back <= out.length)
    for (let count = match + 4; count > 0; count--) out.push(out[out.length - back] ?? 0)
    at = next
  }
  return Buffer.from(out)
}

test('what was packed comes out again', () => {
  const pieces = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(pieces, parts => {
      const input = Buffer.concat(
        parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => Buffer.from(bytes))),
      )
      assert.deepEqual(unpacked(lz4Block(input)), input)
    }),
    { numRuns: 60 },
  )
})

test('what repeats gets small, also across the whole reach of a match', () => {
  const noise = Buffer.from(Array.from({ length: 60_000 }, (_, at) => (at * at * 7 + at * 13 + (at >> 3) * 31) & 255))
  const input = Buffer.concat([noise, Buffer.alloc(5_000, 'x'), noise])
  const block = lz4Block(input)
  assert.deepEqual(unpacked(block), input)
  assert.ok(block.length < noise.length + 2_000, `${block.length}`)
})

test('the format says how a block ends: five literals, no match in the last twelve bytes', () => {
  for (let length = 0; length < 40; length++) {
    const input = Buffer.alloc(length, 'a')
    const block = lz4Block(input)
    assert.deepEqual(unpacked(block), input)
    if (length < 13) assert.equal(block[0], length < 15 ? length << 4 : 0xf0)
  }
})
