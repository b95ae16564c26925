import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentifiedFact } from '../../../../model/index.ts'
import { evidentThings } from './evident.ts'
import type { Story } from './kinds.ts'

test('what only belongs to an incident comes last, by its name', () => {
  const why = [
    { fact: { id: 'f1', kind: 'file', label: '/tmp/a' }, level: 'high' },
    { fact: { id: 'f2', kind: 'file', label: '/tmp/b' }, level: 'low' },
    { fact: { id: 'f2', kind: 'file', label: '/tmp/b' }, level: 'critical' },
  ]
  const facts = [
    { id: 'f3', kind: 'account', name: 'root', path: '/etc/passwd' },
    { id: 'f1', kind: 'file', path: '/tmp/a' },
  ]
  const story = { why, graph: { nodes: [] } } as unknown as Story
  assert.deepEqual(
    evidentThings(story, facts as unknown as IdentifiedFact[]).map(({ label, level }) => [label, level]),
    [
      ['/tmp/b', 'critical'],
      ['/tmp/a', 'high'],
      ['root', undefined],
    ],
  )
})
