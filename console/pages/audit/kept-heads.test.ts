import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptHeads } from './kept-heads.ts'

const hash = 'ab'.repeat(32)

for (const [text, expected] of [
  ['', []],
  [`12 ${hash}`, [{ sequence: 12, hash }]],
  [
    `\n 12   ${hash.toUpperCase()}\n13 ${hash}\n`,
    [
      { sequence: 12, hash },
      { sequence: 13, hash },
    ],
  ],
  ['12', undefined],
  [`x ${hash}`, undefined],
  [`12 ${hash}0`, undefined],
] as const)
  test(JSON.stringify(text.slice(0, 10)), () => assert.deepEqual(keptHeads(text), expected))
