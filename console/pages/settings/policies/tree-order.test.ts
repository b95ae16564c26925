import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTreeOrder } from './tree-order.ts'

test('each group stands below its parent, by name', () => {
  const groups = [
    { id: 'c', name: 'Web', parent: 'a' },
    { id: 'a', name: 'All' },
    { id: 'b', name: 'Build', parent: 'a' },
    { id: 'd', name: 'Shop', parent: 'c' },
    { id: 'x', name: 'Elsewhere', parent: 'not seen' },
  ]
  assert.deepEqual(
    inTreeOrder(groups).map(({ group, depth }) => [group.name, depth]),
    [
      ['All', 0],
      ['Build', 1],
      ['Web', 1],
      ['Shop', 2],
      ['Elsewhere', 0],
    ],
  )
})

test('groups in a circle hang nothing', () => {
  const circle = [
    { id: 'a', name: 'A', parent: 'b' },
    { id: 'b', name: 'B', parent: 'a' },
  ]
  assert.deepEqual(inTreeOrder(circle), [])
})
