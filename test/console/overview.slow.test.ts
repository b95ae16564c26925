import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

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

test('the overview says how the hosts stand, and its steps lead to where they are done', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.getByRole('img', { name: /Security score \d+ of 100/ }).waitFor()
  const next = page.getByRole('region', { name: 'What to do next' })
  await next.getByRole('link', { name: /^Handle \d+ confirmed intrusions?$/ }).waitFor()
  await assertLooksWell(page, 'overview')
  const trend = page.getByRole('region', { name: 'Opened and handled' })
  await trend.getByRole('button', { name: 'As a table' }).click()
  await trend.getByRole('table').waitFor()
  assert.equal(await trend.getByRole('rowheader').count(), 7)
  await assertLooksWell(page, 'trend as a table')
  await next.getByRole('link', { name: /^Handle \d+ confirmed/ }).click()
  await page.waitForURL(/\/alerts\?verdict=confirmed/)
  await context.close()
  assert.deepEqual(complaints, [])
})

test('a host that falls silent appears on the overview by itself, with why', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.viewer)
  const offline = page.getByRole('region', { name: 'Offline hosts' })
  await offline.getByText('All agents are connected.').waitFor()
  seeded.agents.get('mail-01')?.leave('shutdown')
  await offline.getByRole('link', { name: 'mail-01' }).waitFor()
  await offline.getByText('The host was shut down').waitFor()
  await assertLooksWell(page, 'offline')
  await context.close()
  assert.deepEqual(complaints, [])
})

test('the tour is shown once, walked by keyboard, and can be asked for again', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { newcomer: true })
  await signInOn(page, seeded.people.viewer)
  const tour = page.getByRole('dialog', { name: 'A short tour' })
  await tour.getByText('1 of 5').waitFor()
  await assertLooksWell(page, 'tour')
  for (const step of [2, 3, 4, 5]) {
    await page.keyboard.press('Enter')
    await tour.getByText(`${step} of 5`).waitFor()
  }
  await page.keyboard.press('Enter')
  await tour.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('button', { name: 'Tour' }).waitFor()
  assert.equal(await tour.count(), 0)
  await page.getByRole('button', { name: 'Tour' }).click()
  await tour.waitFor()
  await page.keyboard.press('Escape')
  await tour.waitFor({ state: 'detached' })
  await context.close()
  assert.deepEqual(complaints, [])
})

test('without hosts there is one way on, into the wizard', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await page.route(/\/api\/v1\/summary/, async route => {
    const answer = await route.fetch()
    const summary = await answer.json()
    await route.fulfill({ response: answer, json: { ...summary, hosts: { ...summary.hosts, total: 0 } } })
  })
  await signInOn(page, seeded.people.operator)
  await page.getByRole('heading', { name: 'Let us look at your first server' }).waitFor()
  await assertLooksWell(page, 'first run')
  await page.getByRole('link', { name: 'Add server' }).click()
  await page.getByRole('heading', { level: 1, name: 'Add servers' }).waitFor()
  await context.close()
  assert.deepEqual(complaints, [])
})
