import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
/** The address that the incidents of web-01 and web-02 talk to. */
const named = '198.51.100.19'
const hostile = '<img src=x onerror="window.bad=1">\u202egnp.exe'
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

test('addresses are blocked on hosts, some at once and some after an approver, and lifted again', {
  skip,
}, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/prevention/blocks')
  await page.getByRole('heading', { name: 'No address is blocked' }).waitFor()
  await page.getByRole('button', { name: 'Block addresses' }).click()
  const dialog = page.getByRole('dialog', { name: 'Block addresses' })
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  await dialog.getByText('Enter at least one address.').waitFor()
  await dialog.getByText('Say why.').waitFor()
  await dialog.getByRole('textbox', { name: 'Addresses' }).fill(`${named}\n10.0.0.5\nnonsense`)
  await dialog.getByText('No IPv4 or IPv6 address: nonsense').waitFor()
  await dialog.getByText('addresses of your own').waitFor()
  await settled(page)
  await assertAccessible(page, 'the form with errors')
  await dialog.getByRole('textbox', { name: 'Addresses' }).fill(`${named}, 203.0.113.77`)
  await dialog.getByText('2 addresses').waitFor()
  await dialog.getByText('Single hosts').click()
  await dialog.getByRole('combobox', { name: 'Single hosts' }).fill('web-01')
  await page.getByRole('option', { name: 'web-01' }).click()
  await page.keyboard.press('Tab')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(hostile)
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  // What its own incident names is blocked at once; for the other an approver is wanted.
  await dialog.getByText('Done', { exact: true }).waitFor()
  await dialog.getByText('Waits for approval').waitFor()
  await settled(page)
  await assertAccessible(page, 'what the hosts say')
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  const row = page.getByRole('row').filter({ hasText: named })
  await row.getByRole('link', { name: '2', exact: true }).waitFor()
  assert.match((await row.textContent()) ?? '', /<img src=x onerror="window\.bad=1">U\+202Egnp\.exe/)
  assert.equal(await page.evaluate('window.bad'), undefined)
  await row.getByRole('link', { name: '2', exact: true }).click()
  const onHosts = page.getByRole('table', { name: 'Addresses that hosts block now' })
  await onHosts.getByRole('cell', { name: 'web-01' }).waitFor()
  await onHosts.getByRole('cell', { name: 'web-02' }).waitFor()

  await page.getByRole('link', { name: 'Block list' }).click()
  await page.getByRole('button', { name: `Lift the block of ${named}` }).click()
  const lift = page.getByRole('dialog', { name: `Lift the block of ${named}` })
  await lift.getByText('These hosts will talk to this address again: web-01').waitFor()
  await settled(page)
  await assertAccessible(page, 'lifting a block')
  await lift.getByRole('button', { name: 'Lift' }).click()
  await row.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'On hosts' }).click()
  await onHosts.getByRole('cell', { name: 'web-02' }).waitFor()
  await onHosts.getByRole('cell', { name: 'web-01' }).waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a link with an address opens the form with it, by keys alone', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/prevention?block=203.0.113.9')
  const dialog = page.getByRole('dialog', { name: 'Block addresses' })
  const field = dialog.getByRole('textbox', { name: 'Addresses' })
  await field.waitFor()
  assert.equal(await field.inputValue(), '203.0.113.9')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  assert.equal(new URL(page.url()).search, '')
  await context.close()
})

test('who only reads sees the list and can change nothing; it fits a dark phone in Japanese', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, {
    dark: true,
    size: phone,
    language: 'ja',
  })
  await signInOn(page, seeded.people.viewer)
  for (const path of ['/prevention', '/prevention/sensors', '/prevention/blocks', '/prevention/hosts', '/prevention/policies']) {
    await page.goto(path)
    await assertLooksWell(page, path)
  }
  await page.goto('/prevention/blocks')
  await page.getByText('203.0.113.77').waitFor()
  assert.equal(await page.getByRole('button', { name: 'アドレスをブロック' }).count(), 0)
  assert.equal(await page.getByRole('button', { name: /解除/ }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})
