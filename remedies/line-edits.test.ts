import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBytes } from '../target/index.ts'
import { applyEdits, findLine, linesOf, prepareEdits, undoEdits } from './line-edits.ts'
import { temporaryHost } from './testing/temporary-host.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'

for (const [lines, line, text, expected] of [
  [['a', 'b', 'c'], 2, 'b', 1],
  [['x', 'a', 'b'], 2, 'b', 2],
  [['b', 'a', 'b'], 3, 'b', 2],
  [['b', 'a', 'b'], 2, 'b', 'ambiguous'],
  [['b\r', 'a'], 2, 'b', 0],
  [['a'], 1, 'b', 'absent'],
  [[''], 9, '', 0],
] as const) {
  test(`line ${line} "${text}" of ${JSON.stringify(lines)}`, () => assert.equal(findLine(lines, line, text), expected))
}

test('taking any lines out and putting them back gives the same bytes', { skip: root }, async t => {
  const { root, host } = temporaryHost(t)
  const line = fc.oneof(fc.constantFrom('a', 'b', '', 'evil', 'evil\r'), fc.string({ unit: 'binary', maxLength: 5 }))
  const content = fc.array(line, { maxLength: 8 }).map(lines => Buffer.from(lines.join('\n')))
  const picks = fc.array(fc.nat(7), { maxLength: 4 })
  const path = join(root, 'file')
  await fc.assert(
    fc.asyncProperty(content, picks, fc.boolean(), async (bytes, chosen, replace) => {
      writeFileSync(path, bytes)
      const lines = linesOf(bytes).map(one => decodeBytes(Buffer.from(one, 'latin1')))
      const numbers = [...new Set(chosen)].filter(at => at < lines.length).sort((one, other) => other - one)
      const wanted = numbers.map(at => ({
        line: at + 1,
        text: lines[at] ?? '',
        ...(replace ? { replacement: `new ${at}` } : {}),
      }))
      const saved = await prepareEdits('/file', wanted, host)
      await applyEdits(saved, host)
      await applyEdits(saved, host)
      await undoEdits(saved, host)
      assert.deepEqual(readFileSync(path), bytes)
      await undoEdits(saved, host)
      assert.deepEqual(readFileSync(path), bytes)
    }),
    { numRuns: 60 },
  )
})
