import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { KeptInflater } from './kept-inflater.ts'

const kinds = [
  { packing: 'gzip', pack: gzipSync, unpack: gunzipSync },
  { packing: 'deflate', pack: deflateRawSync, unpack: inflateRawSync },
] as const

const content = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }).map(bytes => Buffer.from(bytes)),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.nat(20_000))
    .map(([text, times]) => Buffer.from(text.repeat(times))),
)

for (const { packing, pack, unpack } of kinds) {
  test(`${packing}: whatever was unpacked before, the result is that of node's own function, or none`, () => {
    const kept = new KeptInflater(packing)
    assert.ok(kept.usable)
    fc.assert(
      fc.property(
        content,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        fc.nat(),
        (bytes, changes, cut) => {
          const packed = pack(bytes)
          for (const [at, value] of changes) packed.writeUInt8(value, at % packed.length)
          const given = cut % 4 === 0 ? packed.subarray(0, cut % packed.length) : packed
          assert.deepEqual(kept.unpacked(given)?.toString('hex'), expected(() => unpack(given))?.toString('hex'))
        },
      ),
    )
  })

  test(`${packing}: what holds a megabyte or more is left to others`, () => {
    const kept = new KeptInflater(packing)
    const largest = Buffer.alloc(1024 * 1024 - 1, 'x')
    assert.equal(kept.unpacked(pack(largest))?.equals(largest), true)
    assert.equal(kept.unpacked(pack(Buffer.alloc(1024 * 1024))), undefined)
    assert.equal(kept.unpacked(pack(Buffer.from('small')))?.toString(), 'small')
  })
}

test('two streams, one behind the other, are one content', () => {
  const kept = new KeptInflater('gzip')
  assert.equal(kept.unpacked(Buffer.concat([gzipSync('one '), gzipSync('two')]))?.toString(), 'one two')
})

/** What is larger than the room is not asked for here. */
function expected(unpack: () => Buffer): Buffer | undefined {
  try {
    const whole = unpack()
    return whole.length < 1024 * 1024 ? whole : undefined
  } catch {
    return undefined
  }
}
