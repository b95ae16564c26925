import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, settled, signInOn } from './browser.ts'
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

const tabs = ['evidence', 'processes', 'timeline', 'graph', 'cleanup', 'related', 'history'] as const

for (const [name, host, seat] of [
  ['on a laptop', 'web-01', {}],
  ['on a dark phone, in Chinese', 'db-01', { dark: true, size: phone, language: 'zh' }],
] as const satisfies readonly (readonly [string, string, Seat])[])
  test(`every part of an alert ${name}: axe finds nothing and all fits`, { skip }, async () => {
    const { page, context, complaints } = await openPage(browser, seeded.address, seat)
    await signInOn(page, seeded.people.responder)
    const alert = await incidentOn(host)
    for (const tab of tabs) {
      await page.goto(`/alerts/${alert}?tab=${tab}`)
      await settled(page)
      await page.locator(`[role="tab"][aria-selected="true"]`).waitFor()
      await assertAccessible(page, tab)
      await assertFits(page, tab)
    }
    assert.deepEqual(complaints, [])
    await context.close()
  })

test('why it is an alert, thing by thing, to the one finding and back', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.viewer)
  await page.goto(`/alerts/${await incidentOn('web-01')}`)
  await page.getByText('Runs: 2 processes').waitFor()
  const more = page.getByRole('button', { name: 'More about it' })
  await more.click()
  await page.getByText('How the time is known').waitFor()
  await page.getByRole('link', { name: 'Rootkit' }).first().waitFor()
  await settled(page)
  await assertAccessible(page, 'all that is known about why')
  await page.getByRole('button', { name: 'Less', exact: true }).click()
  await page.getByText('How the time is known').waitFor({ state: 'detached' })
  // What weighs most is open from the beginning.
  await page.locator('button[aria-expanded="true"]').first().waitFor()
  await page.getByText('Belongs to no package').first().waitFor()
  await page
    .getByRole('link', { name: /^Open this finding alone/ })
    .first()
    .click()
  await page.getByRole('link', { name: 'To its incident' }).click()
  await page.getByText('Runs: 2 processes').waitFor()
  // A viewer looks, and does nothing.
  assert.equal(await page.getByRole('button', { name: /^Handle|^Assigned to/ }).count(), 0)
  await page.getByRole('tab', { name: 'Clean-up' }).click()
  await page
    .getByText(/\d+ steps/)
    .first()
    .waitFor()
  assert.equal(await page.getByRole('button', { name: 'Carry out this plan …' }).count(), 0)
  await page.getByRole('tab', { name: 'History' }).click()
  await historyLine(page, /^Opened/).waitFor()
  assert.equal(await page.getByLabel('Comment').count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the parts of an alert are seen without scrolling, on a small laptop whose browser takes a tenth', {
  skip,
}, async () => {
  const size = { width: 1366, height: 690 }
  const { page, context } = await openPage(browser, seeded.address, { size })
  await signInOn(page, seeded.people.viewer)
  for (const host of ['web-01', 'db-01', 'ci-01', 'cache-01']) {
    await page.goto(`/alerts/${await incidentOn(host)}`)
    await settled(page)
    const tabs = await page.getByRole('tablist', { name: 'Parts of the alert' }).boundingBox()
    assert.ok(tabs !== null && tabs.y + tabs.height < size.height, `${host}: ${JSON.stringify(tabs)}`)
  }
  await context.close()
})

test('the graph is walked by keys, and told in words', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.viewer)
  await page.goto(`/alerts/${await incidentOn('web-01')}?tab=graph`)
  const drawing = page.getByRole('group', { name: 'Incident graph' })
  const nodes = drawing.getByRole('button')
  await nodes.first().waitFor()
  const count = await nodes.count()
  assert.ok(count >= 10, `${count} things`)
  assert.equal(await drawing.locator('[tabindex="0"]').count(), 1)
  const start = drawing.getByRole('button', { name: /^File · \w+\s*\/etc\/kinsing$/ })
  await start.focus()
  await page.keyboard.press('ArrowDown')
  assert.match(await focusedText(page), /^(File|Process|Connection) · /)
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'Chosen in the graph' })
  await panel.waitFor()
  await assertAccessible(page, 'a chosen node')
  const moved = drawing.locator('> g')
  const before = (await moved.getAttribute('transform')) ?? ''
  await page.keyboard.press('+')
  await drawing.locator(`> g:not([transform="${before}"])`).waitFor()
  await panel.getByRole('button', { name: 'Close details' }).click()
  await page.getByText('List', { exact: true }).click()
  await page.getByRole('list', { name: 'Incident graph' }).getByText('talks to').first().waitFor()
  await page.getByRole('button', { name: '/etc/kinsing', exact: true }).click()
  assert.match(page.url(), /tab=evidence&fact=/)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a comment and an assignment stand in the history', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.operator)
  await page.goto(`/alerts/${await incidentOn('ci-01')}?tab=history`)
  await page.getByRole('button', { name: 'Assigned to nobody' }).click()
  await page.getByRole('menuitem', { name: 'Assign to me' }).click()
  await page.getByRole('button', { name: seeded.people.operator.name, exact: true }).waitFor()
  await page.getByLabel('Comment').fill('Asked the owner \u202eabout it <b>now</b>')
  await page.getByRole('button', { name: 'Add comment' }).click()
  await page.getByText('Asked the owner U+202Eabout it <b>now</b>').waitFor()
  await historyLine(page, /^Assigned/).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a plan is read, carried out step by step, proven, and taken back', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto(`/alerts/${await incidentOn('web-01')}?tab=cleanup`)
  await page.getByText('Keep unit from starting').first().waitFor()
  await page.getByRole('button', { name: 'Carry out this plan …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('This cannot be undone').waitFor()
  await dialog.getByText('web-01').waitFor()
  await assertAccessible(page, 'the dialog before a clean-up')
  await dialog.getByRole('button', { name: 'Carry out', exact: true }).click()
  await page.getByRole('progressbar', { name: /^[1-9]\d* of \d+ steps$/ }).waitFor()
  await assertAccessible(page, 'a run that goes on')
  await page.getByText('Proven clean').first().waitFor()
  await page.getByText('Handled', { exact: true }).first().waitFor()
  await page.getByText('After 24 hours').waitFor()
  await assertAccessible(page, 'a proven run')
  await page
    .getByRole('button', { name: /^Undo step / })
    .first()
    .click()
  await page.getByRole('dialog').getByText('This comes back').waitFor()
  await assertAccessible(page, 'the dialog before a step is undone')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Undo the whole run' }).click()
  await page.getByRole('dialog').getByText('This cannot be undone').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('asked to take this run back').waitFor()
  await page.getByText('Taken back', { exact: true }).first().waitFor()
  await page.getByText('Open', { exact: true }).first().waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('an alert that is not there, or not for oneself, says so', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.viewer)
  await page.goto('/alerts/01a2012a-0000-7000-8000-000000000000')
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await assertAccessible(page, 'no such alert')
  await context.close()
})

async function incidentOn(name: string): Promise<string> {
  const host = seeded.hosts.get(name) ?? ''
  const { items } = await seeded.admin.api.listAlerts({ query: { host, about: 'incident' } })
  const [alert] = items
  assert.ok(alert, `${name} has an incident`)
  return alert.id
}

async function focusedText(page: Page): Promise<string> {
  return (await page.locator(':focus').textContent()) ?? ''
}

function historyLine(page: Page, text: RegExp) {
  return page.getByRole('list', { name: 'History' }).getByRole('listitem').filter({ hasText: text }).first()
}
