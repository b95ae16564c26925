import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Detection } from '../../model/index.ts'
import { until } from '../center/until.ts'
import { assertLooksWell } from './accessible.ts'
import { answerOrders } from './answering-host.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { openSeededCenter, recordedHosts, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

test('an incident shows how it began: service, shell, dropper, miner, and what was prevented', { skip }, async () => {
  for (const seat of [{}, { dark: true }, { size: phone }]) {
    const { page, context, complaints } = await openPage(browser, seeded.address, seat)
    await signInOn(page, seeded.people.viewer)
    const { items } = await seeded.admin.api.listAlerts({
      query: { host: seeded.hosts.get('web-01') ?? '', about: 'incident' },
    })
    await page.goto(`/alerts/${items[0]?.id}?tab=noticed`)
    const tree = page.getByRole('list', { name: 'What started what, as it was noticed' })
    await tree.getByText('php8.2-fpm.service', { exact: true }).waitFor()
    await settled(page)
    // Each stands below what started it.
    for (const [above, below] of [
      ['php8.2-fpm.service', 'php-fpm8.2'],
      ['php-fpm8.2', 'sh'],
      ['sh', '/etc/kinsing'],
      ['/etc/kinsing', '/tmp/kdevtmpfsi'],
    ] as const)
      await tree
        .locator('li', { has: page.getByText(above, { exact: true }) })
        .locator('li', { has: page.getByText(below, { exact: true }) })
        .first()
        .waitFor()
    await tree.getByText('Kept the program from starting').waitFor()
    await tree.getByText('14 times').waitFor()
    await assertLooksWell(page, 'how it began')
    await context.close()
    assert.deepEqual(complaints, [])
  }
})

/** As an agent tells it within a second, before any scan. */
const detection: Detection = {
  id: randomUUID(),
  at: new Date().toISOString(),
  verdict: 'confirmed',
  level: 'critical',
  title: 'Miner or its helper: /tmp/kdevtmpfsi',
  because: ['It bears the name of a thread of the kernel.'],
  subject: { kind: 'process', pid: 106, startTime: 1, path: '/tmp/kdevtmpfsi', command: '/tmp/kdevtmpfsi' },
  chain: [{ pid: 103, name: 'kinsing', path: '/etc/kinsing', command: '/etc/kinsing' }],
  findings: [],
  families: [],
  attack: [],
  responses: [],
  afterMs: 40,
}

test('from an alert that was only noticed one button leads to the plan', { skip }, async () => {
  const agent = seeded.agents.get('mail-01')
  const infected = recordedHosts().find(one => one.name === 'web-01')
  assert.ok(agent !== undefined && infected !== undefined)
  agent.report(JSON.stringify({ kind: 'detection', detection }), Date.now())
  await until('it is stored', () => agent.acknowledged === agent.made)
  const query = { host: seeded.hosts.get('mail-01') ?? '', about: 'detection' } as const
  const { items } = await seeded.admin.api.listAlerts({ query })
  const [alert] = items
  assert.ok(alert !== undefined)

  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto(`/alerts/${alert.id}`)
  await page.getByText('No scan has looked at all that belongs to it').waitFor()
  await settled(page)
  await assertLooksWell(page, 'only noticed')
  answerOrders(agent, infected)
  await page.getByRole('button', { name: 'Scan now and show the plan' }).click()
  await page.getByRole('link', { name: 'Show the plan' }).click()
  await page.getByRole('heading', { name: 'What would be done' }).waitFor()
  await page.getByRole('button', { name: 'Carry out this plan' }).waitFor()
  await settled(page)
  await assertLooksWell(page, 'with its plan')
  assert.match(page.url(), new RegExp(`/alerts/${alert.id}\\?tab=cleanup`))
  await context.close()
  assert.deepEqual(complaints, [])
})

test('a viewer sees no button that orders anything, and what is gone is said to be gone', { skip }, async () => {
  const agent = seeded.agents.get('cache-01')
  assert.ok(agent !== undefined)
  const gone: Detection = {
    ...detection,
    id: randomUUID(),
    title: 'Miner or its helper: /dev/shm/gone',
    subject: { kind: 'process', pid: 9, path: '/dev/shm/gone' },
  }
  agent.report(JSON.stringify({ kind: 'detection', detection: gone }), Date.now())
  await until('it is stored', () => agent.acknowledged === agent.made)
  const query = { host: seeded.hosts.get('cache-01') ?? '', about: 'detection' } as const
  const alert = (await seeded.admin.api.listAlerts({ query })).items[0]?.id
  for (const [person, may] of [
    [seeded.people.viewer, false],
    [seeded.people.operator, true],
  ] as const) {
    const { page, context, complaints } = await openPage(browser, seeded.address)
    await signInOn(page, person)
    await page.goto(`/alerts/${alert}`)
    await page.getByText('It bears the name of a thread of the kernel.').first().waitFor()
    await settled(page)
    const button = page.getByRole('button', { name: 'Scan now and show the plan' })
    assert.equal(await button.count(), may ? 1 : 0)
    if (may) {
      await button.click()
      await page.getByText('The scan found nothing of it that is still there').waitFor()
      await assertLooksWell(page, 'gone')
    }
    await context.close()
    assert.deepEqual(complaints, [])
  }
})
