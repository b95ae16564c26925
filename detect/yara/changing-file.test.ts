import assert from 'node:assert/strict'
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ContentLook } from './content-scanner.ts'
import { enginesHere, scannerFor } from './testing/scanners.ts'

const text =
  'rule first { strings: $a = "first-words" condition: $a } rule last { strings: $a = "last-words" condition: $a }'
const [engine] = enginesHere()
assert.ok(engine)
const scanner = scannerFor(text, engine, { chunkBytes: 4_096, overlapBytes: 64, secondsPerFile: 5 })
/** Several chunks long. */
const before = Buffer.concat([Buffer.from('first-words'), Buffer.alloc(10_000, '.')])

/** What a look gives into a file that was opened, and to which something happened before it was read. */
function lookAfter(t: TestContext, happens: (path: string) => void): ContentLook {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-content-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'content')
  writeFileSync(path, before)
  const descriptor = openSync(path, 'r')
  try {
    happens(path)
    return scanner.scanFile(descriptor, before.length)
  } finally {
    closeSync(descriptor)
  }
}

const rules = ({ matches }: ContentLook) => matches.map(({ rule }) => rule)

test('of a file that grows, what there was when it was opened is read', t => {
  const look = lookAfter(t, path => appendFileSync(path, `${'.'.repeat(10_000)}last-words`))
  assert.deepEqual([rules(look), look.cut], [['davylamp/first'], []])
})

test('a file that shrinks is told, with what was found in the rest of it', t => {
  for (const [length, found] of [
    [9_000, ['davylamp/first']],
    [0, []],
  ] as const) {
    const look = lookAfter(t, path => truncateSync(path, length))
    assert.deepEqual([rules(look), look.cut], [found, ['changed']])
  }
})

test('a file that is taken away is read to its end', t => {
  const look = lookAfter(t, path => rmSync(path))
  assert.deepEqual([rules(look), look.cut], [['davylamp/first'], []])
})

test('one that never ends is left when as much was read as it was said to hold', () => {
  const descriptor = openSync('/dev/zero', 'r')
  try {
    assert.deepEqual(scanner.scanFile(descriptor, 1_000_000), { matches: [], cut: [] })
  } finally {
    closeSync(descriptor)
  }
})
