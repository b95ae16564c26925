import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { components } from './components.ts'

for (const [what, edges, expected] of [
  ['nothing', [], []],
  [
    'a chain',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [['a', 'b', 'c']],
  ],
  [
    'two',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'two that a later edge joins',
    [
      ['a', 'b'],
      ['c', 'd'],
      ['d', 'a'],
    ],
    [['a', 'b', 'c', 'd']],
  ],
  ['itself', [['a', 'a']], [['a']]],
] as const)
  test(what, () => assert.deepEqual(sorted(components(edges as readonly (readonly [string, string])[])), expected))

test('whatever the order of the edges, whoever can be reached is in the same one', () => {
  const name = fc.integer({ min: 0, max: 15 }).map(String)
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 40 }), fc.infiniteStream(fc.nat(1_000)), (edges, order) => {
      const found = components(edges)
      const names = new Set(edges.flat())
      assert.equal(found.flat().length, names.size)
      for (const [one, other] of edges) assert.ok(found.some(group => group.includes(one) && group.includes(other)))
      for (const group of found) assert.deepEqual([...group].sort(), reached(group[0] ?? '', edges))
      const keys = new Map(edges.map(edge => [edge, order.next().value ?? 0]))
      const shuffled = [...edges].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
      assert.deepEqual(sorted(components(shuffled)), sorted(found))
    }),
  )
})

function sorted(groups: readonly (readonly string[])[]): string[][] {
  return groups.map(group => [...group].sort()).sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}

/** The slow and obvious way. */
function reached(from: string, edges: readonly (readonly [string, string])[]): string[] {
  const seen = new Set([from])
  for (let before = 0; before < seen.size; ) {
    before = seen.size
    for (const [one, other] of edges) {
      if (seen.has(one)) seen.add(other)
      if (seen.has(other)) seen.add(one)
    }
  }
  return [...seen].sort()
}
