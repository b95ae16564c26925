import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertLooksWell } from './accessible.ts'
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

test('a scan of a group is followed live to its result, and leads to the clean-up', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/virus-scan')
  await page.getByText('Groups', { exact: true }).click()
  await page.getByRole('combobox', { name: 'Groups' }).click()
  await page.getByRole('option', { name: 'Databases' }).click()
  await page.keyboard.press('Escape')
  await page.getByLabel('Processor ceiling').fill('20')
  await assertLooksWell(page, 'choose')
  await page.getByRole('button', { name: 'Scan now' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scan of 2 hosts' }).waitFor()
  // What the host says while it looks.
  await page.getByRole('progressbar', { name: 'Progress of db-01' }).waitFor()
  await assertAccessible(page, 'under way')
  await page.getByText('Done', { exact: true }).first().waitFor()
  const row = page.getByRole('row').filter({ hasText: 'db-01' })
  await row.getByText('Confirmed').waitFor()
  await row.getByRole('link', { name: /findings?$/ }).waitFor()
  await assertLooksWell(page, 'done')
  const [order] = (await seeded.admin.api.listOrders({ query: { host: seeded.hosts.get('db-01') ?? '' } })).items
  assert.deepEqual(order?.action, { kind: 'scan', mode: 'quick', cpuPercent: 20 })

  await row.getByRole('button', { name: 'In-depth cleanup' }).click()
  await page.getByRole('dialog').getByText('In-depth cleanup').first().waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click()

  const before = page.url()
  await page.getByRole('button', { name: 'Scan again' }).click()
  await page.waitForURL(url => url.href !== before)
  await page.getByRole('heading', { level: 1, name: 'Scan of 2 hosts' }).waitFor()
  await page.getByText('Done', { exact: true }).first().waitFor()
  await context.close()
  assert.deepEqual(complaints, [])
})

test('a full scan tells rate and time left, is repeated as it was, and leaves out agents that are too old', {
  skip,
}, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/virus-scan')
  await page.getByText('Full', { exact: true }).click()
  await page.getByText('1 agent is too old for that').waitFor()
  await page.getByLabel('Processor ceiling').fill('25')
  await assertLooksWell(page, 'full')
  await page.getByRole('button', { name: 'Scan now' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scan of 6 hosts' }).waitFor()
  await page.getByText('Full · 25%').waitFor()
  const row = page.getByRole('row').filter({ hasText: 'web-01' })
  await row.getByText(/of about 182,000 files · [\d.]+ [kMG]B · 2,600 files\/s · about [\d.]+ (min|sec) left/).waitFor()
  await page.getByRole('row').filter({ hasText: 'db-01' }).getByText('upgrade Davylamp there').waitFor()
  await assertLooksWell(page, 'full under way')
  const before = page.url()
  await page.getByRole('button', { name: 'Scan again' }).click()
  await page.waitForURL(url => url.href !== before)
  await page.getByText('Full · 25%').waitFor()
  await page.getByRole('button', { name: 'Cancel the scan' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the scan' }).click()
  await context.close()
  assert.deepEqual(complaints, [])
})

test('a path that cannot be scanned is said before, or by the host; on a phone', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.responder)
  await page.goto('/virus-scan')
  await page.getByText('Custom path', { exact: true }).click()
  const path = page.getByLabel('Folder or file')
  const start = page.getByRole('button', { name: 'Scan now' })
  await path.fill('var/www')
  await page.getByText('A whole path begins with /.').waitFor()
  assert.equal(await start.isDisabled(), true)
  await path.fill('/proc/1')
  await page.getByText('The kernel makes what is there up').waitFor()
  await assertLooksWell(page, 'wrong path')
  assert.equal(await start.isDisabled(), true)
  await path.fill('/no/such')
  await start.click()
  await page.getByText('Custom path · /no/such').waitFor()
  const row = page.getByRole('row').filter({ hasText: 'web-01' })
  await row.getByText('there is no file or folder /no/such').waitFor()
  await assertLooksWell(page, 'failed path')
  await context.close()
  assert.deepEqual(complaints, [])
})

test('each group has its schedule or that of the group above; limits of owners are shown', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.admin)
  await page.goto('/virus-scan/schedule')
  await page.getByRole('button', { name: 'Change the schedule of Build' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'One of its own' }).check()
  await dialog.getByRole('combobox', { name: 'Quick scan every' }).click()
  await page.getByRole('option', { name: '6 hours' }).click()
  await dialog.getByLabel('Processor ceiling').fill('15')
  await dialog.getByRole('combobox', { name: 'Full scan every' }).click()
  await page.getByRole('option', { name: '7 days' }).click()
  await dialog.getByLabel('Begins at').fill('04:30')
  await assertLooksWell(page, 'change')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  const policy = async () => (await seeded.admin.api.listGroups()).items.find(({ name }) => name === 'Build')?.policy
  const full = { everyDays: 7, at: '04:30' }
  assert.deepEqual((await policy())?.scan, { quick: { everyMinutes: 360 }, full, cpuPercent: 15 })
  const row = page.getByRole('row').filter({ hasText: 'Build' })
  await row.getByText('7 days, 04:30').waitFor()
  await row.getByText('15 %').waitFor()
  await row.getByRole('button', { name: 'Show' }).click()
  await dialog.getByText('scans take at most 10 % of a core, not 30 %').waitFor()
  await assertLooksWell(page, 'limits')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change the schedule of Build' }).click()
  await dialog.getByRole('radio', { name: 'The usual one of the program' }).check()
  await dialog.getByText('is dropped').waitFor()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await policy(), undefined)
  await context.close()
  assert.deepEqual(complaints, [])
})

test('who may only look sees history and schedule, on a phone, and starts nothing', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.viewer)
  await page.goto('/virus-scan')
  await page.getByRole('heading', { name: 'Hosts after their last scan' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Scan now' }).count(), 0)
  await assertLooksWell(page, 'scan')
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByRole('link', { name: 'web-01' }).first().waitFor()
  await assertLooksWell(page, 'history')
  await page.getByRole('link', { name: 'Schedule' }).click()
  await page.getByText('Databases').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Change/ }).count(), 0)
  await assertLooksWell(page, 'schedule')
  await context.close()
  assert.deepEqual(complaints, [])
})
