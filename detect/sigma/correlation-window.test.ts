import assert from 'node:assert/strict'
import test from 'node:test'
import { CorrelationWindow } from './correlation-window.ts'
import { EventView } from './event.ts'
import { parseRules } from './parse.ts'

function windowOf(type: string, field = '') {
  const text = `title: counts
id: counts
correlation: { type: ${type}, rules: [one], group-by: [address], timespan: 1m, condition: { gte: 3${field} } }
---
title: one
id: one
logsource: { category: login }
detection: { all: { address: '*' }, condition: all }
`
  const { rules } = parseRules(text)
  const [correlation, rule] = rules
  if (correlation?.kind !== 'correlation' || rule?.kind !== 'rule') throw new Error('not parsed')
  return { window: new CorrelationWindow(correlation, true), rule }
}

for (const [type, field] of [
  ['event_count', ''],
  ['value_count', ', field: account'],
  ['temporal', ''],
] as const) {
  test(`a hundred thousand groups leave ${type} as small as it was`, () => {
    const { window, rule } = windowOf(type, field)
    for (let index = 0; index < 100_000; index++)
      window.receive(rule, new EventView({ address: `host-${index}`, account: `name-${index}` }), index)
    assert.equal(window.kept, 2000)
  })

  test(`a hundred thousand events of a few groups too: ${type}`, () => {
    const { window, rule } = windowOf(type, field)
    for (let index = 0; index < 100_000; index++)
      window.receive(rule, new EventView({ address: `host-${index % 7}`, account: `name-${index}` }), index / 10)
    assert.ok(window.kept <= 5000 && window.kept >= 1000, String(window.kept))
  })
}

test('what is over is forgotten, also of a clock that was ahead', () => {
  const { window, rule } = windowOf('event_count')
  const year = 365 * 86_400_000
  for (const [address, time] of [
    ['past', 0],
    ['now', 100_000],
    ['ahead', year],
  ] as const)
    window.receive(rule, new EventView({ address }), time)
  window.sweep(100_000)
  assert.equal(window.kept, 1)
})
