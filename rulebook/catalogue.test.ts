import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onlyCounted } from '../test/only-counted.ts'
import { packCatalogue, programCatalogue } from './catalogue.ts'
import { contentHeads } from './content-catalogue.ts'
import { openPack } from './pack.ts'
import { ownRulesFolder } from './event-rules.ts'
import { prepareEventRules } from './prepare-event-rules.ts'
import { openRules } from './rule-book.ts'

test('the catalogue has every rule that judges, each with its own text and its cases', () => {
  const book = openRules()
  const overEvents = prepareEventRules().prepared.own.filter(rule => rule.kind !== 'filter')
  const judging = [...book.own.rules, ...book.own.correlations, ...overEvents]
  const rules = programCatalogue().filter(one => !one.text.startsWith('rule '))
  assert.deepEqual(rules.map(one => one.id).sort(), judging.map(one => one.id).sort())
  const silent = onlyCounted(judging)
  for (const one of rules) {
    assert.match(one.text, /^title: /m, one.title)
    assert.equal(one.text.match(/^id: /gm)?.length, 1, one.title)
    assert.ok(one.text.includes(one.id), one.title)
    if (!silent.has(one.title))
      assert.deepEqual(new Set(one.cases.map(example => example.matches)), new Set([true, false]), one.title)
  }
})

test('content rules are in it, with their text and their cases; not those that only lead to others', () => {
  const told = contentHeads(ownRulesFolder).filter(one => !one.silent)
  const rules = programCatalogue().filter(one => one.text.startsWith('rule '))
  assert.ok(told.length > 0)
  assert.deepEqual(
    rules.map(one => one.id),
    told.map(one => one.id),
  )
  for (const one of rules) {
    assert.ok(one.text.includes(one.id), one.title)
    assert.deepEqual(new Set(one.cases.map(example => example.matches)), new Set([true, false]), one.title)
  }
})

test('a rule of the program as people see it', () => {
  const rule = programCatalogue().find(one => one.title === 'Job of Outlaw')
  assert.deepEqual(
    { ...rule, id: '', text: '', cases: rule?.cases.length },
    {
      id: '',
      title: 'Job of Outlaw',
      description:
        "Weekly, three-daily and boot jobs that run its parts; the number behind the directory's name changes.",
      level: 'high',
      about: 'autostart',
      class: 'persistence',
      attack: ['T1053.003', 'T1564.001'],
      families: ['outlaw'],
      falsePositives: [],
      references: [],
      text: '',
      cases: 2,
    },
  )
})

const pack = `# ours
title: Named like a king
id: king
description: First.
level: critical
tags: [attack.t1496]
falsepositives: [Kings]
logsource: { category: login_key }
detection: { king: { comment|contains: king }, condition: king }
davylamp: { class: content, conclusive: true }
---
- { name: a king, rule: Named like a king, facts: [{ kind: login-key, path: /x, line: 1, comment: king }], finds: ['/x:1'] }
- { name: a queen, rule: Named like a king, facts: [{ kind: login-key, path: /x, line: 1, comment: queen }], finds: [] }
---
title: No king
id: no-king
logsource: { product: linux, service: sshd }
detection: { king: { comment: king }, condition: king }
`

test('a pack: what its rules claim for themselves counts no more than on hosts', async () => {
  const { rules, cases } = await openPack(pack)
  const [king, other] = packCatalogue(rules, cases)
  assert.deepEqual(king, {
    id: 'king',
    title: 'Named like a king',
    description: 'First.',
    level: 'medium',
    about: 'login-key',
    class: 'execution',
    attack: ['T1496'],
    families: [],
    falsePositives: ['Kings'],
    references: [],
    text: pack.split('---')[0]?.trimEnd(),
    cases: [
      { name: 'a king', matches: true },
      { name: 'a queen', matches: false },
    ],
  })
  assert.deepEqual([other?.about, other?.level, other?.cases], ['linux sshd', 'medium', []])
})

test('a rule that counts others is about what they are about; a pack from before has no cases', () => {
  const counting = `${pack.split('---')[0]}---
title: Many kings
id: kings
correlation: { type: event_count, rules: [king], group-by: [path], timespan: 1h, condition: { gte: 3 } }
`
  assert.deepEqual(
    packCatalogue(counting, '').map(one => [one.title, one.about, one.cases.length]),
    [
      ['Named like a king', 'login-key', 0],
      ['Many kings', 'login-key', 0],
    ],
  )
})
