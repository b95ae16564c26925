import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame, type Letter, magic, readFrames } from './frames.ts'

const letters: readonly Letter[] = ['H', 'K', 'T', 'D', 'E']

test('frames come out as they went in, in whatever pieces the file is read', async () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(...letters), fc.uint8Array({ maxLength: 40 })))
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(frames, sizes, async (wanted, cuts) => {
      const written = whole([...wanted, ['Z', new Uint8Array()]])
      const read = await collect(pieces(written, cuts))
      assert.deepEqual(read, [
        ...wanted.map(([letter, content]) => `${letter}${Buffer.from(content).toString('hex')}`),
        'Z',
      ])
    }),
  )
})

test('a file that is cut off anywhere, or that is something else, is refused in words', async () => {
  const written = whole([
    ['H', Buffer.from('{}')],
    ['D', Buffer.from('rows')],
    ['Z', Buffer.from('{}')],
  ])
  for (let length = 0; length < written.length; length++)
    await assert.rejects(collect(pieces(written.subarray(0, length), [7])), { name: 'StoreError' })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async bytes => {
      await assert.rejects(collect(pieces(Buffer.concat([magic, bytes, Buffer.from('?')]), [9])), {
        name: 'StoreError',
      })
    }),
  )
})

function whole(frames: readonly (readonly [Letter, Uint8Array])[]): Buffer {
  return Buffer.concat([magic, ...frames.flatMap(([letter, content]) => [...frame(letter, Buffer.from(content))])])
}

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = cuts[turn % cuts.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function collect(source: AsyncIterable<Buffer>): Promise<string[]> {
  const read: string[] = []
  for await (const { letter, content } of readFrames(source))
    read.push(letter === 'Z' ? 'Z' : `${letter}${content.toString('hex')}`)
  return read
}
