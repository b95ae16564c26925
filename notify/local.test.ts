import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localNotifier } from './local.ts'
import { plainText } from './formats/plain.ts'
import { lookTeller, noticesOfLook } from './look.ts'
import { render } from './render.ts'
import { wordsOf } from './words/index.ts'
import { httpReceiver, text } from './testing/http-receiver.ts'
import { now, sampleNotice } from './testing/sample.ts'

test('told once, to those who want it', async () => {
  const receiver = await httpReceiver(text('ok'))
  const notifier = localNotifier(
    [
      { name: 'all', kind: 'slack', url: `${receiver.url}/all` },
      {
        name: 'critical',
        kind: 'slack',
        url: `${receiver.url}/critical`,
        when: { atLeast: 'critical' },
        language: 'ja',
      },
    ],
    { now: () => now },
  )
  try {
    assert.equal((await notifier.tell({ ...sampleNotice, level: 'high' })).length, 1)
    assert.deepEqual(await notifier.tell({ ...sampleNotice, level: 'high' }), [])
    assert.equal((await notifier.tell({ ...sampleNotice, id: 'second' })).length, 2)
    assert.deepEqual(receiver.received.map(one => one.path).sort(), ['/all', '/all', '/critical'])
    assert.match(receiver.received.find(one => one.path === '/critical')?.body ?? '', /緊急/)
  } finally {
    notifier.close()
    await receiver.close()
  }
})

test('what was not taken is tried again, and only as often as it should be', async () => {
  let calls = 0
  const receiver = await httpReceiver((received, answer) =>
    text(++calls < 3 ? 'busy' : 'ok', calls < 3 ? 503 : 200)(received, answer),
  )
  const done = Promise.withResolvers<void>()
  const said: string[] = []
  const notifier = localNotifier([{ name: 'a', kind: 'slack', url: receiver.url }], {
    retryMs: [1, 1, 1],
    log: ({ result }) => {
      said.push(result)
      if (result === 'delivered' || result === 'failed') done.resolve()
    },
  })
  // Its own timers hold no process open, so the test has to.
  const hold = setInterval(() => undefined, 1_000)
  try {
    await notifier.tell(sampleNotice)
    await done.promise
    assert.deepEqual(said, ['will-try-again', 'will-try-again', 'delivered'])
  } finally {
    clearInterval(hold)
    notifier.close()
    await receiver.close()
  }
})

test('a flood is held back', async () => {
  const receiver = await httpReceiver(text('ok'))
  const notifier = localNotifier([{ name: 'a', kind: 'slack', url: receiver.url }], { now: () => now, mostPerHour: 3 })
  try {
    for (let number = 0; number < 100; number++) await notifier.tell({ ...sampleNotice, id: String(number) })
    assert.equal(receiver.received.length, 3)
    const [outcome] = await notifier.tell({ ...sampleNotice, id: 'one more' })
    assert.equal(outcome?.result, 'held-back')
  } finally {
    notifier.close()
    await receiver.close()
  }
})

test('a test message, and a name that is not there', async () => {
  const receiver = await httpReceiver(text('ok'))
  const notifier = localNotifier([{ name: 'a', kind: 'slack', url: receiver.url }])
  try {
    assert.equal((await notifier.test('a', { id: 'h', name: 'web-1' })).result, 'delivered')
    await assert.rejects(async () => notifier.test('b', { id: 'h', name: 'web-1' }), /b is no channel: there are a/)
  } finally {
    notifier.close()
    await receiver.close()
  }
})

for (const [verdict, language, says] of [
  ['confirmed', 'en', /“davylamp plan”.*“davylamp clean”/],
  ['suspected', 'en', /“davylamp clean --include suspected”/],
  ['exposure', 'en', /“davylamp scan”/],
  ['confirmed', 'zh', /“davylamp clean”/],
  ['suspected', 'ja', /「davylamp clean --include suspected」/],
  ['exposure', 'id', /“davylamp scan” menunjukkan/],
] as const)
  test(`no center: what to do on the host itself about what is ${verdict}, in ${language}`, () => {
    const incident = { id: 'i1', verdict, title: 'Odd cron job', lines: [] }
    const [notice] = noticesOfLook('web-1', { incidents: [incident] }, now)
    assert.ok(notice !== undefined)
    const said = plainText(render(notice, language))
    assert.match(said, says)
    assert.ok(!said.includes(wordsOf[language].reasons.alert.advice))
    const linked = plainText(render({ ...notice, link: 'https://center.example/alerts/1' }, language))
    assert.ok(linked.includes(wordsOf[language].reasons.alert.advice))
  })

test('what a scan found is told once for each incident and verdict', async () => {
  const receiver = await httpReceiver(text('ok'))
  const teller = lookTeller([{ name: 'a', kind: 'slack', url: receiver.url }])
  const incident = { id: 'i1', verdict: 'suspected', title: 'Odd cron job', lines: ['It fetches a script.'] } as const
  try {
    await teller.tell('web-1', { incidents: [incident] })
    await teller.tell('web-1', { incidents: [incident] })
    await teller.tell('web-1', { incidents: [{ ...incident, verdict: 'confirmed' }] })
    assert.equal(receiver.received.length, 2)
    assert.match(receiver.received[1]?.body ?? '', /Critical: Odd cron job/)
  } finally {
    teller.close()
    await receiver.close()
  }
})

for (const [entries, says] of [
  [[{ kind: 'slack' }], /name/],
  [[{ name: 'a b', kind: 'slack' }], /without spaces/],
  [[{ name: 'a', kind: 'pigeon' }], /unknown/],
  [[{ name: 'a', kind: 'slack', url: 'x' }], /url/],
  [[{ name: 'a', kind: 'slack', url: 'https://a.b/', when: { on: 1 } }], /when/],
  [
    [
      { name: 'a', kind: 'slack', url: 'https://a.b/' },
      { name: 'a', kind: 'slack', url: 'https://a.b/' },
    ],
    /twice/,
  ],
] as const)
  test(`entries are checked: ${JSON.stringify(entries)}`, () => assert.throws(() => localNotifier(entries), says))
