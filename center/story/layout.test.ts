import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrawnEdge, DrawnNode } from '../../engine/story/index.ts'
import { layOut } from './layout.ts'

const nodesOf = (count: number): DrawnNode[] =>
  Array.from({ length: count }, (_, place) => ({
    id: place === 0 ? '__proto__' : `n${place}`,
    kind: 'file',
    label: `/var/tmp/.x/file-${place}`,
    detail: '',
    role: 'member',
  }))
const edge = (from: string, to: string, reason = 'names'): DrawnEdge => ({ from, to, reason })

test('no boxes stand over each other, all within the frame', () => {
  const nodes = nodesOf(60)
  const edges = [
    ...nodes.slice(1, 30).map(one => edge('__proto__', one.id)),
    ...nodes.slice(31, 50).map(one => edge(one.id, 'n30', 'starts')),
    edge('n1', 'n30'),
    ...nodes.slice(50).map((one, place) => edge(`n${place + 1}`, one.id)),
  ]
  const graph = layOut({ nodes, edges, leftOut: 3 })
  assert.deepEqual([graph.nodes.length, graph.edges.length, graph.leftOut], [nodes.length, edges.length, 3])
  assert.deepEqual(
    graph.nodes.map(one => one.id),
    nodes.map(one => one.id),
  )
  for (const a of graph.nodes) {
    assert.ok(a.x - a.width / 2 >= 0 && a.x + a.width / 2 <= graph.width, a.id)
    assert.ok(a.y - a.height / 2 >= 0 && a.y + a.height / 2 <= graph.height, a.id)
    for (const b of graph.nodes) {
      const apart = Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2
      assert.ok(a.id === b.id || apart, `${a.id} stands over ${b.id}`)
    }
  }
  assert.ok(graph.edges.every(one => one.points.length >= 2))
})

test('many boxes below one stand in columns that people can read', () => {
  const nodes = nodesOf(200)
  const { width, height } = layOut({ nodes, edges: nodes.slice(1).map(one => edge('__proto__', one.id)), leftOut: 0 })
  assert.ok(width < 2_500 && height < 2_500, `${width} × ${height}`)
})

test('boxes that hang on nothing stand in columns too', () => {
  const { width, height, nodes } = layOut({ nodes: nodesOf(100), edges: [], leftOut: 0 })
  assert.ok(width < 2_500 && height < 2_500, `${width} × ${height}`)
  assert.equal(new Set(nodes.map(one => `${one.x} ${one.y}`)).size, 100)
})

test('two hundred boxes in a circle and more are laid out in a moment', () => {
  const nodes = nodesOf(200)
  const edges = nodes.flatMap((one, place) => [
    edge(one.id, nodes[(place + 1) % 200]?.id ?? ''),
    edge(one.id, nodes[(place * 7 + 3) % 200]?.id ?? ''),
  ])
  const input = { nodes, edges: edges.filter(one => one.from !== one.to), leftOut: 0 }
  layOut(input)
  // Of the processor, not of the clock: others may be busy here.
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage()
    layOut(input)
    return process.cpuUsage(before).user / 1_000
  })
  assert.ok(Math.min(...times) < 400, `${times.join(', ')} ms`)
})
