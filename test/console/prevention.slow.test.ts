import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { noticed } from './noticed.ts'
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
  for (const path of [
    '/prevention',
    '/prevention/sensors',
    '/prevention/blocks',
    '/prevention/hosts',
    '/prevention/policies',
  ]) {
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

test('what agents notice comes by itself: counts, list, what started what, what was done; sensors by host', {
  skip,
}, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/prevention')
  await page.getByRole('heading', { name: 'Nothing was noticed yet' }).waitFor()
  const first = await noticed(seeded)
  const list = page.getByRole('table', { name: 'Detections' })
  await list.getByRole('button', { name: 'A miner was kept from starting' }).waitFor()
  const today = page.getByRole('region', { name: 'Today' })
  await today.getByRole('button', { name: /^1\s*Starts prevented/ }).waitFor()
  await page.getByRole('region', { name: 'Hosts now' }).getByText('Sensors lose events').waitFor()
  const confirmed = list.getByRole('row').filter({ hasText: 'Confirmed' })
  assert.equal(await confirmed.count(), 2)
  await settled(page)
  await assertLooksWell(page, 'the list of detections')
  assert.match((await list.textContent()) ?? '', /<img src=x onerror="window\.bad=1">U\+202Egnp\.exe/)

  await list.getByRole('button', { name: 'A miner was kept from starting' }).click()
  const drawer = page.getByRole('dialog', { name: 'Detection' })
  await drawer.getByText('The start was denied before the first instruction.').waitFor()
  const chain = drawer.getByRole('region', { name: 'What started what' }).getByRole('listitem')
  assert.deepEqual(
    (await chain.allTextContents()).map(text => text.split(/ |PID/)[0]),
    ['/usr/lib/systemd/systemd', 'php-fpm:', 'sh', '/var/tmp/.web-01/kthreadd2'],
  )
  await settled(page)
  await assertAccessible(page, 'one detection')
  assert.equal(new URL(page.url()).searchParams.get('detection'), first)
  await drawer.getByRole('link', { name: 'Alert' }).click()
  await page.getByRole('heading', { name: 'A miner was kept from starting' }).waitFor()
  await page.getByRole('link', { name: 'All detections of it' }).click()
  await list.getByRole('button', { name: 'A miner was kept from starting' }).waitFor()
  assert.equal(await list.getByRole('row').count(), 2)

  await page.goto('/prevention')
  await today.getByRole('button', { name: /Processes ended/ }).click()
  await list.getByRole('button', { name: 'A miner was kept from starting' }).waitFor({ state: 'detached' })
  await list.getByRole('button', { name: 'A miner ran from memory and was ended' }).click()
  await drawer.getByRole('link', { name: 'Run, to take it back' }).first().waitFor()
  await drawer.getByRole('link', { name: 'Run', exact: true }).waitFor()
  await page.keyboard.press('Escape')

  await page.getByRole('link', { name: 'Sensors', exact: true }).click()
  const hosts = page.getByRole('table', { name: 'How hosts watch' })
  await hosts.getByRole('row').filter({ hasText: 'web-02' }).getByText('Loses events').waitFor()
  await hosts.getByRole('row').filter({ hasText: 'db-01' }).getByText('Stands still').waitFor()
  await assertLooksWell(page, 'the sensors of all hosts')
  await hosts.getByRole('link', { name: 'db-01' }).click()
  const sensors = page.getByRole('table', { name: 'Sensors' })
  await sensors.getByText('the limit of inotify watches is reached').waitFor()
  await page.getByText('this kernel has no fanotify permission events').waitFor()
  await assertLooksWell(page, 'how a host watches')
  assert.equal(await page.evaluate('window.bad'), undefined)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a list of detections becomes a file; on a dark phone in Chinese it all fits', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.viewer)
  await page.goto('/prevention?verdict=confirmed')
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As CSV, for spreadsheets' }).click(),
  ])
  const lines = readFileSync((await file.path()) ?? '', 'utf8')
    .trimEnd()
    .split('\r\n')
  assert.deepEqual([file.suggestedFilename(), lines.length], ['davylamp-detections.csv', 3])
  await context.close()
  const seat = { dark: true, size: phone, language: 'zh' } as const
  const { page: small, context: other, complaints } = await openPage(browser, seeded.address, seat)
  await signInOn(small, seeded.people.viewer)
  for (const path of ['/prevention', '/prevention/sensors', `/hosts/${seeded.hosts.get('web-01') ?? ''}/watch`]) {
    await small.goto(path)
    await assertLooksWell(small, path)
  }
  assert.deepEqual(complaints, [])
  await other.close()
})
