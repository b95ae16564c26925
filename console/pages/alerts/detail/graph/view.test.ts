import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DrawnNode, fitted, nextNode, showing, zoomed } from './view.ts'

const node = (id: string, x: number, y: number): DrawnNode => ({
  id,
  kind: 'file',
  label: id,
  detail: '',
  role: 'member',
  x,
  y,
  width: 100,
  height: 40,
})

test('a small graph is not blown up, a wide one is made to fit', () => {
  assert.equal(fitted({ width: 100, height: 100 }, { width: 800, height: 600 }).scale, 1)
  const { scale, x } = fitted({ width: 2_000, height: 100 }, { width: 1_032, height: 600 })
  assert.deepEqual([scale, x], [0.5, 16])
})

test('the point under the pointer stays where it is', () => {
  const view = zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 110, y: 220 })
  assert.deepEqual(view, { scale: 2, x: -90, y: -180 })
  assert.equal(zoomed({ x: 0, y: 0, scale: 2.9 }, 10, { x: 0, y: 0 }).scale, 3)
})

test('what is in sight does not move, what is not comes in just as far', () => {
  const window = { width: 400, height: 300 }
  const here = { x: 0, y: 0, scale: 1 }
  assert.deepEqual(showing(here, node('a', 200, 150), window), here)
  assert.deepEqual(showing(here, node('a', 500, 150), window), { x: -166, y: 0, scale: 1 })
  assert.deepEqual(showing(here, node('a', 0, 0), window), { x: 66, y: 36, scale: 1 })
})

test('arrow keys go to what lies ahead', () => {
  const [middle, right, below, far] = [node('m', 0, 0), node('r', 200, 20), node('b', 30, 100), node('f', 900, 0)]
  const nodes = [middle, right, below, far]
  const go = (direction: 'left' | 'right' | 'up' | 'down') => nextNode(nodes, middle, direction)?.id
  assert.deepEqual([go('right'), go('down'), go('left'), go('up')], ['r', 'b', undefined, undefined])
})
