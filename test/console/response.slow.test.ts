import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
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

test('an order waits for a second person, who sees its plan and approves it', { skip }, async () => {
  await seeded.admin.api.updateSettings({ body: { secondApprover: { kinds: ['clean'], approvals: 1 } } })
  const alert = await incidentOn('ci-01')
  const ordering = await openPage(browser, seeded.address)
  await signInOn(ordering.page, seeded.people.responder)
  await ordering.page.goto(`/alerts/${alert}?tab=cleanup`)
  await ordering.page.getByRole('button', { name: 'Carry out this plan …' }).click()
  await ordering.page.getByText('Somebody else has to approve it').waitFor()
  await ordering.page.getByRole('button', { name: 'Carry out', exact: true }).click()
  await ordering.page.getByText('0 of 1 approval given.').waitFor()

  const approving = await openPage(browser, seeded.address)
  await signInOn(approving.page, seeded.people.approver)
  await approving.page.goto('/response/approvals')
  await settled(approving.page)
  await assertAccessible(approving.page, 'the approvals')
  await approving.page.getByRole('button', { name: 'Review the order for ci-01' }).click()
  const dialog = approving.page.getByRole('dialog', { name: 'Approve orders' })
  await dialog.getByText('Quarantine file').first().waitFor()
  await assertAccessible(approving.page, 'the dialog that approves')
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click()
  await approving.page.getByText('1 approved, 1 on its way').waitFor()
  await approving.page.getByRole('heading', { name: 'Nothing waits for approval' }).waitFor()

  // Who ordered sees it go on without doing anything.
  await ordering.page.getByText('Proven clean').first().waitFor()
  assert.deepEqual([...ordering.complaints, ...approving.complaints], [])
  await ordering.context.close()
  await approving.context.close()
})

test('an order is refused with a reason that its maker reads', { skip }, async () => {
  await seeded.admin.api.updateSettings({ body: { secondApprover: { kinds: ['clean'], approvals: 1 } } })
  const alert = await incidentOn('cache-01')
  const { plans } = await seeded.people.responder.api.getAlert({ params: { alert } })
  const plan = plans.find(one => one.handling === 'in-depth')?.id ?? ''
  await seeded.people.responder.api.handleAlerts({
    body: { choice: { alerts: [alert] }, how: { as: 'in-depth', plans: { [alert]: plan } } },
  })
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.approver)
  await page.goto('/response/approvals')
  await page.getByLabel('Select cache-01').check()
  await page.getByRole('button', { name: 'Refuse 1 …' }).click()
  await page.getByLabel('Reason').fill('Not during the sale')
  await assertAccessible(page, 'the dialog that refuses')
  await page.getByRole('button', { name: 'Refuse', exact: true }).click()
  await page.getByText('1 refused').waitFor()
  await page.goto(`/alerts/${alert}?tab=history`)
  await page.getByText('Not during the sale').first().waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('runs and tasks: lists, one of each, and nothing to decide for viewers', { skip }, async () => {
  for (const seat of [{}, { size: phone, dark: true }]) {
    const { page, context, complaints } = await openPage(browser, seeded.address, seat)
    await signInOn(page, seeded.people.viewer)
    for (const path of ['/response', '/response/approvals', '/response/tasks', '/reports']) {
      await page.goto(path)
      await settled(page)
      await assertAccessible(page, path)
      await assertFits(page, path)
    }
    await page.goto('/response?state=complete')
    await page.locator(`#main a[href*="/response/runs/"]`).last().click()
    await page.getByRole('heading', { level: 1, name: /^Clean-up on / }).waitFor()
    await page.getByText('Proven clean').first().waitFor()
    await assertAccessible(page, 'a run')
    await assertFits(page, 'a run')
    assert.equal(await page.getByRole('button', { name: /^Undo/ }).count(), 0)
    await page.goto('/response/tasks')
    await page.locator(`#main a[href*="/response/tasks/"]`).last().click()
    await page.getByRole('link', { name: /-01$/ }).first().waitFor()
    await assertAccessible(page, 'a task')
    await assertFits(page, 'a task')
    assert.equal(await page.getByRole('button', { name: /^Cancel the task/ }).count(), 0)
    assert.deepEqual(complaints, [])
    await context.close()
  }
})

test('the report of an incident is downloaded, in the reader’s language', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { language: 'id' })
  await signInOn(page, seeded.people.viewer)
  await page.goto('/reports?text=skidmap')
  const downloads = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Laporan HTML – .*cache-01$/ }).click()
  const html = readFileSync(await (await downloads).path(), 'utf8')
  assert.match(html, /<html lang="id"/)
  assert.match(html, /skidmap/)
  const next = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Laporan PDF – .*cache-01$/ }).click()
  const pdf = await next
  assert.match(pdf.suggestedFilename(), /\.pdf$/)
  assert.equal(
    readFileSync(await pdf.path())
      .subarray(0, 5)
      .toString(),
    '%PDF-',
  )
  assert.deepEqual(complaints, [])
  await context.close()
})

async function incidentOn(name: string): Promise<string> {
  const host = seeded.hosts.get(name) ?? ''
  const { items } = await seeded.admin.api.listAlerts({ query: { host, about: 'incident' } })
  const [alert] = items
  assert.ok(alert, `${name} has an incident`)
  return alert.id
}
