import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arMembers } from './ar-archive.ts'
import { listName } from './apt-sources.ts'
import { fieldsOf, paragraphsOf } from './control-file.ts'
import { placesOf } from './debian-archive.ts'
import { decompressed } from './decompress.ts'
import { lz4Frames } from './lz4-frames.ts'
import { tarEntries } from './tar-archive.ts'

const frame = (block: number[]) =>
  Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 0, 0, 0, 0])

test('LZ4: letters, then a match that overlaps what it writes', () => {
  // Three letters and a match of 4 + 15 + 2 bytes from three behind, then one letter.
  const block = [0x3f, 0x61, 0x62, 0x63, 3, 0, 2, 0x10, 0x2e]
  assert.equal(lz4Frames(frame(block), 100).toString(), `${'abc'.repeat(8)}.`)
  assert.throws(() => lz4Frames(frame(block), 24), /more than 24 bytes/)
  assert.throws(() => lz4Frames(frame([0x1f, 0x61, 9, 0, 0]), 100), /before the frame/)
})

test('names and paragraphs', () => {
  assert.equal(listName('deb.debian.org/x_y/dists/a~b/'), 'deb.debian.org_x%5fy_dists_a%7eb_')
  assert.deepEqual(placesOf('/bin/ps'), ['/bin/ps', '/usr/bin/ps'])
  assert.deepEqual(placesOf('/usr/sbin/x'), ['/usr/sbin/x', '/sbin/x'])
  assert.deepEqual(placesOf('/etc/x'), ['/etc/x'])
  assert.deepEqual(
    [...paragraphsOf('A: 1\n# note\nB:\n x\n y\n\n\nA: 2\n')].map(one => [...one]),
    [
      [
        ['a', '1'],
        ['b', '\nx\ny'],
      ],
      [['a', '2']],
    ],
  )
})

test('damaged archives end early and never hang', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .constantFrom(
        '!<arch>\n',
        'ustar',
        '\0'.repeat(512),
        '00000000017\0',
        '`\n',
        '\x1f\x8b',
        '\xfd7zXZ\0',
        '\x04\x22\x4d\x18\x60\x40',
      )
      .map(text => Buffer.from(text, 'latin1')),
  )
  const bytes = fc.array(piece, { maxLength: 8 }).map(parts => Buffer.concat(parts))
  await fc.assert(
    fc.asyncProperty(bytes, async any => {
      const started = Date.now()
      arMembers(any)
      assert.ok([...tarEntries(any)].length <= 10)
      fieldsOf(any.toString('utf8'))
      // Whatever it is, it becomes bytes within the limit or an error.
      const out = await decompressed(any, 1_000_000).catch(() => Buffer.alloc(0))
      assert.ok(out.length <= 1_000_000 && Date.now() - started < 1_000)
    }),
    { numRuns: 300 },
  )
})
