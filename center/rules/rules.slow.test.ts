import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { z } from 'zod'
import { type AnswerOf, huntRoutes, ruleRoutes } from '../../model/api/index.ts'
import { levels } from '../../model/index.ts'
import { contentHeads, openRules, ownRulesFolder, prepareEventRules } from '../../rulebook/index.ts'
import { packHandlers } from '../alerts/packs.ts'
import { type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { ProblemError } from '../problem-error.ts'
import { callerOf, type HandlerCaller, handlerCaller, requestOf } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { ruleHandlers } from './index.ts'

const routes = { ...ruleRoutes, ...huntRoutes }
let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof routes>
const [group, other, host] = [uuid7(), uuid7(), uuid7()]
const book = openRules()
const own = book.own.rules[0]

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(routes, { ...ruleHandlers, ...packHandlers }, store, center)
  const tenant_id = store.tenant
  await store.store.tenant(tenant_id, async db => {
    for (const [group_id, name] of [
      [group, 'mine'],
      [other, 'theirs'],
    ] as const)
      await db.insertInto('host_group').values({ tenant_id, group_id, name, parent_id: store.group }).execute()
    await db.insertInto('host').values({ tenant_id, host_id: host, group_id: group, name: 'web' }).execute()
  })
})
after(() => store.close())
beforeEach(() => center.later(61))

async function addAlerts(rule: string, group_id: string, daysAgo: number, times: number): Promise<void> {
  const at = new Date(center.clock().getTime() - daysAgo * 86_400_000)
  const [tenant_id, time] = [store.tenant, { status_at: at, first_seen: at, last_seen: at }]
  const rows = Array.from({ length: times }, (_, number) => ({
    ...{ tenant_id, alert_id: uuid7(at), host_id: host, group_id, about: 'finding', origin: `${rule} ${number}` },
    ...{ type: 'mining', rule_id: rule, level: 3, title: 'x', body: '{}', ...time },
  }))
  await store.store.tenant(tenant_id, db => db.insertInto('alert').values(rows).execute())
}

const pack = (word: string) => `title: Named like a ${word}
id: named-${word}
description: Only here.
level: critical
tags: [attack.t1053.003, family.royal]
logsource: { category: login_key }
detection: { known: { comment|contains: ${word} }, condition: known }
---
- { name: one, rule: Named like a ${word}, facts: [{ kind: login-key, path: /x, line: 1, comment: ${word} }], finds: ['/x:1'] }
- { name: another, rule: Named like a ${word}, facts: [{ kind: login-key, path: /x, line: 1, comment: x }], finds: [] }
`

async function stage(name: string, word: string, to: 'draft' | 'canary' | 'all'): Promise<void> {
  const { id } = await call('uploadPack', { body: { name, documents: pack(word) } })
  if (to !== 'draft') await call('stagePack', { params: { pack: id }, body: { stage: to } })
}

const listed = async (query: z.input<(typeof ruleRoutes)['listRules']['query']>) =>
  (await call('listRules', { query })).items

test('all rules of the program, the worst first, then by title; page by page each once', async () => {
  const found: AnswerOf<(typeof ruleRoutes)['listRules']>['items'] = []
  let after: string | undefined
  do {
    const page = await call('listRules', { query: { limit: 7, after } })
    assert.ok(page.items.length <= 7)
    found.push(...page.items)
    after = page.next
  } while (after !== undefined)
  const facts = new Set([...book.own.rules, ...book.own.correlations].map(one => one.id))
  const contents = new Set(contentHeads(ownRulesFolder).map(one => one.id))
  assert.equal(found.filter(one => facts.has(one.id)).length, book.count)
  const overEvents = new Set(prepareEventRules().prepared.own.flatMap(one => (one.kind === 'filter' ? [] : [one.id])))
  assert.equal(found.filter(one => overEvents.has(one.id)).length, overEvents.size)
  const others = found.filter(one => !facts.has(one.id) && !overEvents.has(one.id))
  assert.ok(others.length > 40 && others.every(one => contents.has(one.id)))
  assert.equal(new Set(found.map(one => one.id)).size, found.length)
  const sorted = found.toSorted(
    (one, two) => levels.indexOf(two.level) - levels.indexOf(one.level) || (one.title < two.title ? -1 : 1),
  )
  assert.deepEqual(found, sorted)
  assert.deepEqual(new Set(found.map(one => one.source)), new Set(['davylamp']))
})

test('they are narrowed', async () => {
  const keys = await listed({ about: 'login-key' })
  assert.ok(keys.length > 0 && keys.every(one => one.about === 'login-key'))
  const critical = await listed({ level: 'critical' })
  assert.ok(critical.length > 0 && critical.every(one => one.level === 'critical'))
  const jobs = await listed({ attack: 't1053' })
  assert.ok(jobs.length > 0 && jobs.every(one => one.attack.some(technique => technique.startsWith('T1053.'))))
  assert.deepEqual(await listed({ attack: 'T105' }), [])
  const outlaw = await listed({ text: 'OUTLAW' })
  assert.ok(outlaw.some(one => one.title === 'Job of Outlaw'))
  assert.deepEqual(await listed({ source: 'nobody' }), [])
})

test('one rule with its text and cases; another is not there', async () => {
  const rule = await call('getRule', { params: { rule: own?.id ?? '' } })
  assert.equal(rule.title, own?.title)
  assert.match(rule.text, /^title: /m)
  assert.ok(rule.cases.some(one => one.matches) && rule.cases.some(one => !one.matches))
  const refused = (error: unknown) => error instanceof ProblemError && error.status === 404
  await assert.rejects(call('getRule', { params: { rule: 'nothing' } }), refused)
})

test('alerts of 30 days, of the groups that the caller may see, a minute old at most', async () => {
  const id = own?.id ?? ''
  const alerts = async (may: 'all' | string[] = 'all') => (await call('getRule', { params: { rule: id } }, may)).alerts
  assert.equal(await alerts(), 0)
  await addAlerts(id, group, 1, 3)
  await addAlerts(id, other, 29, 2)
  await addAlerts(id, group, 31, 5)
  assert.equal(await alerts(), 0)
  assert.equal(await alerts([group]), 3)
  center.later(61)
  assert.deepEqual([await alerts(), await alerts([group]), await alerts([other]), await alerts([])], [5, 3, 2, 0])
})

test('packs: what any host has, the newest version of it, for at most a medium level; with its cases', async () => {
  const sources = async () => (await listed({ source: 'royal' })).map(one => [one.source, one.id, one.level])
  await stage('royal', 'king', 'draft')
  assert.deepEqual(await sources(), [])
  await stage('royal', 'queen', 'all')
  assert.deepEqual(await sources(), [['royal', 'named-queen', 'medium']])
  // The hosts without the canary still judge by the version before.
  await stage('royal', 'prince', 'canary')
  assert.deepEqual(await sources(), [
    ['royal', 'named-prince', 'medium'],
    ['royal', 'named-queen', 'medium'],
  ])
  await stage('royal', 'duke', 'all')
  assert.deepEqual(await sources(), [['royal', 'named-duke', 'medium']])
  const duke = await call('getRule', { params: { rule: 'named-duke' } })
  assert.deepEqual(
    [duke.text, duke.cases, duke.families, duke.class],
    [
      pack('duke').split('---')[0]?.trimEnd(),
      [
        { name: 'one', matches: true },
        { name: 'another', matches: false },
      ],
      ['royal'],
      'execution',
    ],
  )
})

test('another tenant has the rules of the program alone', async () => {
  const tenant = uuid7()
  const items = await store.store.tenant(tenant, async db => {
    const query = ruleRoutes.listRules.query.parse({ limit: 500 })
    const input = { params: undefined, query, body: undefined }
    return (await ruleHandlers.listRules(input, requestOf(db, center, callerOf(tenant, 'all')))).items
  })
  assert.deepEqual(
    items.filter(one => one.source !== 'davylamp'),
    [],
  )
})
