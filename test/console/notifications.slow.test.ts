import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openReceivers, type Receivers } from '../center/receivers.ts'
import { until } from '../center/until.ts'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser
let receivers: Receivers

before(async () => {
  if (skip !== false) return
  receivers = await openReceivers()
  seeded = await openSeededCenter()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
  await receivers?.close()
})

test('a mail channel is made from what its kind wants, and a test message arrives', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.admin)
  await page.goto('/notifications')
  await page.getByRole('button', { name: 'Add channel' }).click()
  const form = page.getByRole('dialog', { name: 'Add channel' })
  await form.getByRole('textbox', { name: 'Server' }).waitFor()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('This is needed.').first().waitFor()
  await settled(page)
  await assertAccessible(page, 'a form that is not filled in')
  await form.getByRole('textbox', { name: 'Name' }).fill('Mail to operations')
  await form.getByRole('textbox', { name: 'Server' }).fill('https://bad')
  await form.getByRole('textbox', { name: 'From' }).fill('lamp@example.com')
  await form
    .getByRole('textbox', { name: 'To' })
    .or(form.getByRole('combobox', { name: 'To' }))
    .fill('ops@example.com')
  await page.keyboard.press('Enter')
  await form.getByRole('textbox', { name: 'Port' }).fill(String(receivers.smtpPort))
  await form.getByRole('combobox', { name: 'Encryption' }).click()
  await page.getByRole('option', { name: /^None/ }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('must be a name or an address').waitFor()
  await form.getByRole('textbox', { name: 'Server' }).fill('127.0.0.1')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  await page.getByText('Without TLS anybody on the way can read the mails.').waitFor()

  await page.getByRole('button', { name: 'Test Mail to operations' }).click()
  await page.getByText('The receiver took the message.').waitFor()
  await page.getByText('accepted for 1 of 1').waitFor()
  await settled(page)
  await assertAccessible(page, 'a test that arrived')
  assert.equal(receivers.mails.filter(mail => mail.to.includes('ops@example.com')).length, 1)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a channel that cannot be reached says so, can be tried again, and shows no secret', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const hostile = '<img src=x onerror="window.bad=1">'
  const { id } = await seeded.admin.api.createChannel({
    body: { name: hostile, kind: 'webhook', settings: { url: 'http://127.0.0.1:9/hook', secret } },
  })
  await signInOn(page, seeded.admin)
  await page.goto('/notifications')
  await page.getByRole('button', { name: `Test ${hostile}` }).click()
  await page.getByText('The message was not delivered.').waitFor()
  await page.getByRole('dialog').getByText('Refused', { exact: true }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()

  await page.getByRole('button', { name: `Actions for ${hostile}` }).click()
  await page.getByRole('menuitem', { name: 'Change' }).click()
  const form = page.getByRole('dialog')
  await form.getByText('Is set. Leave it empty to keep it.').waitFor()
  assert.equal(await form.getByLabel('Secret', { exact: true }).inputValue(), '')
  assert.ok(!(await page.content()).includes(secret))
  await form.getByRole('textbox', { name: 'Name' }).fill('Hook')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  assert.deepEqual((await seeded.admin.api.getChannel({ params: { channel: id } })).secrets, ['secret'])

  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page
    .getByRole('row')
    .filter({ hasText: 'Failed' })
    .getByRole('button', { name: /Details/ })
    .click()
  await settled(page)
  await assertAccessible(page, 'a delivery that failed')
  await page.getByRole('button', { name: 'Try again now' }).click()
  await until('a second try', async () => {
    const { items } = await seeded.admin.api.listDeliveries({ query: { channel: id } })
    return (items[0]?.log.length ?? 0) >= 2
  })
  await page.getByRole('listitem').nth(1).waitFor()
  assert.equal(await page.evaluate('window.bad'), undefined)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('what becomes of messages is seen without asking again', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  const { api } = seeded.admin
  const settings = { host: '127.0.0.1', port: 9, security: 'none', from: 'lamp@example.com', to: ['ops@example.com'] }
  const body = { name: 'Mail later', kind: 'email', settings }
  const { id: channel } = await api.createChannel({ body })
  await signInOn(page, seeded.admin)
  await page.goto('/notifications/deliveries')
  await settled(page)
  const { delivery } = await api.testChannel({ params: { channel } })
  const row = page.getByRole('row').filter({ hasText: 'Mail later' })
  await row.getByText('Failed').waitFor()
  await row.getByRole('button', { name: /Details/ }).click()
  const tries = page.getByRole('list', { name: 'Tries' }).getByRole('listitem')
  await tries.first().waitFor()
  await api.changeChannel({
    params: { channel },
    body: { ...body, settings: { ...settings, port: receivers.smtpPort } },
  })
  await api.retryDelivery({ params: { delivery } })
  await tries.nth(1).getByText('Delivered').waitFor()
  await page.keyboard.press('Escape')
  await row.getByText('Delivered').waitFor()
  await page.getByRole('link', { name: 'Channels' }).click()
  await row.getByText('Delivered').waitFor()
  await api.changeChannel({ params: { channel }, body })
  await api.testChannel({ params: { channel } })
  await row.getByText('Refused', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a route says in plain words what it does, while it is written and afterwards', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.admin)
  await page.goto('/notifications/routes')
  await page.getByRole('button', { name: 'Add route' }).click()
  const form = page.getByRole('dialog', { name: 'Add route' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Night shift')
  await choose(page, 'Tell', 'Mail to operations')
  await choose(page, 'From severity', 'High')
  await form.getByRole('switch', { name: 'Quiet hours' }).press('Space')
  await form.getByText('From 22:00 to 07:00 (Europe/Berlin) nobody is disturbed').waitFor()
  await form.getByRole('switch', { name: 'Tell further channels when nobody takes it' }).press('Space')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Fill in all of it, or switch it off.').waitFor()
  await choose(page, 'Then tell', 'Hook')
  await settled(page)
  await assertAccessible(page, 'the form of a route')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  const said =
    'Tells Mail to operations of everything. Only of severity High or worse. From 22:00 to 07:00 (Europe/Berlin) nobody is disturbed; ' +
    'what came is told in one message afterwards. Severity Critical or worse disturbs all the same. Alerts that are still open and ' +
    'nobody’s after 15 min are also told to Hook.'
  await page.getByText(said).waitFor()
  const [route] = (await seeded.admin.api.listNotifyRoutes()).items
  assert.deepEqual(
    [route?.name, route?.condition.atLeast, route?.quiet?.timeZone, route?.escalation?.afterMinutes],
    ['Night shift', 'high', 'Europe/Berlin', 15],
  )
  assert.deepEqual(complaints, [])
  await context.close()
})

test('messages are shown before they are sent; all parts fit a dark phone in Chinese', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, {
    dark: true,
    size: phone,
    language: 'zh',
  })
  await signInOn(page, seeded.admin)
  await page.goto('/notifications/preview')
  const mail = page.frameLocator('iframe')
  await mail.getByRole('heading', { name: /kdevtmpfsi/ }).waitFor()
  const heading = mail.getByRole('heading', { name: /kdevtmpfsi/ })
  const colour = await heading.evaluate(one => {
    const styleOf: (element: unknown) => { readonly borderLeftColor: string } = Reflect.get(
      globalThis,
      'getComputedStyle',
    )
    return styleOf(one).borderLeftColor
  })
  assert.equal(colour, 'rgb(185, 28, 28)')
  assert.ok(await mail.getByText('web-1').first().isVisible(), 'the mail says which host')
  // A frame of that size with nothing in it packs to less than 3 kB.
  const painted = await page.locator('iframe').screenshot()
  assert.ok(painted.byteLength > 10_000, `${painted.byteLength} bytes`)
  for (const path of [
    '/notifications/preview',
    '/notifications',
    '/notifications/routes',
    '/notifications/deliveries',
  ]) {
    await page.goto(path)
    await settled(page)
    await assertAccessible(page, path)
    await assertFits(page, path)
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

test('who may not change notifications neither sees nor opens them', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  assert.equal(await page.getByRole('link', { name: 'Notifications' }).count(), 0)
  await page.goto('/notifications')
  await page.getByRole('heading', { name: 'You lack the right for this' }).waitFor()
  await context.close()
})

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field, exact: true }).focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('option', { name: option }).click()
  await page.keyboard.press('Tab')
}
