import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
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

/** The secret part of the command that the page shows. */
async function tokenOn(page: Page): Promise<string> {
  const command = await page.locator('pre', { hasText: 'davylamp agent join' }).last().textContent()
  const token = /--token (\S+)/.exec(command ?? '')?.[1]
  assert.ok(token !== undefined, `no token in ${command}`)
  return token
}

test('two servers are let in, arrive live, and are scanned', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.operator)
  await page.goto('/hosts')
  await page.getByRole('link', { name: 'Add server' }).click()
  await page.getByRole('combobox', { name: 'Group' }).click()
  await page.getByRole('option', { name: 'Web' }).click()
  await page.getByLabel('How many servers').fill('2')
  await page.getByLabel('Name of the token').fill('shop')
  await page.getByRole('switch', { name: 'Ask before a server is let in' }).check()
  await assertLooksWell(page, 'choose')
  await page.getByRole('button', { name: 'Make the command' }).click()
  await page.getByRole('heading', { name: 'On a server with Davylamp' }).waitFor()
  await assertLooksWell(page, 'commands')
  const token = await tokenOn(page)
  await page.getByRole('button', { name: 'I ran it' }).click()
  await page.getByText('Waiting for 2 servers').waitFor()
  await assertLooksWell(page, 'waiting')

  for (const name of ['shop-01', 'shop-02']) {
    const server = seeded.newServer(name)
    const enrolled = server.enrol(token)
    const asking = page.getByRole('region', { name: 'Waiting for approval' })
    await asking.getByText(name).waitFor()
    if (name === 'shop-01') await assertLooksWell(page, 'approval')
    await asking.getByRole('button', { name: 'Let it in' }).click()
    await enrolled
    server.connect()
    await page.getByRole('link', { name }).waitFor()
  }
  await page.getByText('All servers are here').waitFor()
  // Each was scanned because it arrived, and says what was found.
  await page.getByText('Confirmed').nth(1).waitFor()
  await assertLooksWell(page, 'arrived')

  await page.goto('/hosts/enrolment')
  await page.getByRole('link', { name: 'shop-02' }).waitFor()
  await assertLooksWell(page, 'enrolments')
  await context.close()
  assert.deepEqual(complaints, [])
})

test('a server is turned away; a token is revoked', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.operator)
  await page.goto('/hosts/add')
  await page.getByLabel('How many servers').fill('2')
  await page.getByLabel('Name of the token').fill('stray')
  await page.getByRole('switch', { name: 'Ask before a server is let in' }).check()
  await page.getByRole('button', { name: 'Make the command' }).click()
  const token = await tokenOn(page)
  await assertLooksWell(page, 'commands on a phone')
  const refused = seeded.newServer('stray-01').enrol(token)
  // Looked at before the page waits for it, so that it is never an unhandled rejection.
  const outcome = refused.then(
    () => 'enrolled',
    (error: unknown) => String(error),
  )
  await page.goto('/hosts/enrolment')
  await page.getByRole('button', { name: 'Turn away' }).click()
  assert.match(await outcome, /not enrolled/)
  await page.goto('/hosts/enrolment/tokens')
  const row = page.getByRole('row').filter({ hasText: 'stray' })
  await row.getByRole('button', { name: 'Revoke' }).click()
  await assertLooksWell(page, 'revoke')
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await row.waitFor({ state: 'detached' })
  const { items } = await seeded.admin.api.listEnrolmentTokens({ query: {} })
  assert.equal(items.find(({ name }) => name === 'stray')?.usable, false)
  await context.close()
  assert.deepEqual(complaints, [])
})
