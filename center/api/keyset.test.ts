import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { ProblemError } from '../problem-error.ts'
import { keyset } from './keyset.ts'

const byName = keyset('hosts', [z.string().max(300), z.int()])

test('pages of any size give every row once, in order', () => {
  const row = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.integer())
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: ([name, id]) => `${name} ${id}` }),
      fc.integer({ min: 1, max: 7 }),
      (rows, limit) => {
        const sorted = rows.sort(compare)
        const seen: (typeof rows)[number][] = []
        for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
          const position = byName.read(after)
          const behind = sorted.filter(one => position === undefined || compare(one, position) > 0).slice(0, limit + 1)
          const page = byName.page(behind, limit, ([name, id]) => [name, id])
          assert.ok(page.items.length <= limit)
          seen.push(...page.items)
          after = page.next
        }
        assert.deepEqual(seen, sorted)
      },
    ),
  )
})

type Row = readonly [string, number]

function compare(a: Row, b: Row): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]
}

test('whatever is given as a cursor is a position of this list, or a problem', () => {
  const cursor = fc.oneof(
    fc.string({ maxLength: 600 }),
    fc.json().map(text => Buffer.from(text).toString('base64url')),
    fc
      .tuple(fc.constantFrom('hosts', 'alerts'), fc.anything(), fc.anything())
      .map(parts => Buffer.from(JSON.stringify(parts) ?? '').toString('base64url')),
  )
  fc.assert(
    fc.property(cursor, text => {
      try {
        const position = byName.read(text)
        assert.ok(
          position !== undefined &&
            typeof position[0] === 'string' &&
            Number.isSafeInteger(position[1]) &&
            position.length === 2,
        )
      } catch (error) {
        assert.ok(error instanceof ProblemError && error.status === 400)
      }
    }),
  )
})

test('the cursor of another list is refused', () => {
  const { next } = keyset('alerts', [z.string(), z.int()]).page([1, 2], 1, row => ['x', row])
  assert.throws(() => byName.read(next), ProblemError)
})
