import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Role } from '../../model/api/index.ts'
import { assertAccessible, assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, signInOn, type Watched } from './browser.ts'
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

test('a user is added with a role for a group, disabled, and removed', { skip }, async () => {
  const { page, context, complaints } = await openAs('admin')
  await page.goto('/users')
  await page.getByRole('button', { name: 'Add a user' }).click()
  await page.getByLabel('User name').fill('Not a name')
  await page.getByText('Small letters, digits').waitFor()
  await page.getByLabel('User name').fill('mira')
  await page.getByLabel('Full name').fill('<img src=x onerror=globalThis.broken=1>')
  await choose(page, 'Role', 'Responder')
  await choose(page, 'For which hosts', 'Web')
  await assertAccessible(page, 'adding a user')
  await page.getByRole('button', { name: 'Add, and show the link' }).click()
  await page.getByText(/\/link#[\w-]{20,}/).waitFor()
  await assertLooksWell(page, 'the one-time link')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'mira' }).click()
  await page.getByText('<img src=x onerror=globalThis.broken=1>').first().waitFor()
  await assertLooksWell(page, 'a user')
  assert.deepEqual(
    (await seeded.admin.api.listUsers({ query: { search: 'mira' } })).items[0]?.roles.map(({ role }) => role),
    ['responder'],
  )
  await page.getByRole('button', { name: 'New invitation link' }).click()
  await page.getByRole('button', { name: 'Reset password' }).click()
  await page.getByText(/\/link#[\w-]{20,}/).waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('This cannot be undone').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('link', { name: 'vera' }).click()
  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Disabled').waitFor()
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
  await page.getByText('Active', { exact: true }).waitFor()
  assert.equal(await page.evaluate('globalThis.broken'), undefined)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('an API token is shown once, works, and is refused when it is revoked', { skip }, async () => {
  const { page, context, complaints } = await openAs('admin')
  await page.goto('/users/tokens')
  await page.getByText('There are no API tokens').waitFor()
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('nightly report')
  await assertAccessible(page, 'making a token')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByText('It is shown only now').waitFor()
  const token = (await page.getByRole('dialog').locator('pre').textContent()) ?? ''
  await page.getByRole('button', { name: 'Done' }).click()
  const other = await browser.newContext({ ignoreHTTPSErrors: true })
  const ask = async (path: string) =>
    (
      await other.request.get(`${seeded.address}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
    ).status()
  assert.deepEqual([await ask('/hosts'), await ask('/users')], [200, 403])
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('There are no API tokens').waitFor()
  assert.equal(await ask('/hosts'), 401)
  await page.getByRole('link', { name: 'Roles' }).click()
  await page.getByRole('rowheader', { name: 'Approve orders' }).waitFor()
  await assertLooksWell(page, 'what roles allow')
  assert.deepEqual(complaints, [])
  await other.close()
  await context.close()
})

test('the audit log is filtered, verified and written to a file', { skip }, async () => {
  const { page, context, complaints } = await openAs('admin')
  await page.goto('/audit?action=user.')
  await page.getByText('User added').first().waitFor()
  await assertLooksWell(page, 'the audit log')
  assert.equal(await page.getByText('Signed in').count(), 0)
  await page
    .getByRole('button', { name: /^Open entry/ })
    .first()
    .click()
  await page.getByText('Hash of the chain').waitFor()
  await assertLooksWell(page, 'an entry')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As JSON lines, for programs' }).click(),
  ])
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\n')
  assert.ok(lines.length > 3 && lines.every(line => JSON.parse(line).action.startsWith('user.')))
  await page.getByRole('button', { name: 'Verify the log' }).click()
  await page.getByText('The log is whole').waitFor()
  await assertLooksWell(page, 'a log that is whole')
  await page.getByLabel('Compare with a head').fill(`2 ${'0'.repeat(64)}`)
  await page.getByRole('button', { name: 'Verify', exact: true }).click()
  await page.getByText('The log is not whole').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('settings: the policy of a group, a second approver, an export', { skip }, async () => {
  const { page, context, complaints } = await openAs('admin')
  const { api } = seeded.admin
  await page.goto('/settings')
  await page.getByRole('button', { name: 'Change the settings of Web' }).click()
  await page.getByLabel('Its own').check()
  await page.getByLabel('Scan every').fill('15')
  await assertLooksWell(page, 'a policy')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('15 min').waitFor()
  const web = (await api.listGroups()).items.find(({ name }) => name === 'Web')
  assert.equal(web?.policy?.scan.quick.everyMinutes, 15)

  await page.goto('/settings/approvals')
  await page.getByLabel('Clean-up', { exact: true }).check()
  await page.getByLabel('How many must approve').selectOption('2')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()
  await assertLooksWell(page, 'approvals')
  assert.deepEqual((await api.getSettings()).secondApprover, { kinds: ['clean'], approvals: 2 })

  await page.goto('/settings/exports')
  await page.getByRole('button', { name: 'Add an export' }).click()
  await page.getByLabel('Name', { exact: true }).fill('SIEM')
  await page.getByLabel('How', { exact: true }).selectOption('webhook')
  await page.getByLabel('Address').fill('https://127.0.0.1:9/nobody')
  await page.getByRole('button', { name: 'Make one' }).click()
  await assertLooksWell(page, 'an export')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change SIEM' }).click()
  assert.equal(await page.getByLabel('Address').inputValue(), 'https://127.0.0.1:9/nobody')
  assert.equal(await page.getByLabel('Secret for signatures').inputValue(), '')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Remove SIEM' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Alerts are exported nowhere').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('health says in words what is wrong, and looks again by itself', { skip }, async () => {
  const { page, context, complaints } = await openAs('admin', { size: phone, dark: true })
  await page.goto('/health')
  await page.getByText('Everything works').waitFor()
  await assertLooksWell(page, 'a center that is well')
  seeded.agents.get('mail-01')?.leave()
  await page.getByText('1 agent is offline').waitFor({ timeout: 100_000 })
  await assertLooksWell(page, 'a center with a host that is away')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('who lacks the rights sees neither pages nor controls', { skip }, async () => {
  const { page, context, complaints } = await openAs('viewer')
  for (const name of ['Users', 'Audit log', 'Settings', 'Health'])
    assert.equal(await page.getByRole('navigation').getByRole('link', { name, exact: true }).count(), 0, name)
  for (const path of ['/users', '/audit', '/settings', '/settings/exports', '/health']) {
    await page.goto(path)
    await page.getByText('You lack the right for this').waitFor()
    await assertLooksWell(page, path)
  }
  await page.goto('/profile')
  await page.getByRole('heading', { name: 'Sessions' }).waitFor()
  assert.equal(await page.getByRole('heading', { name: 'Approver keys' }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

async function openAs(role: Role, seat: Seat = {}): Promise<Watched> {
  const watched = await openPage(browser, seeded.address, seat)
  await signInOn(watched.page, seeded.people[role])
  return watched
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.locator(`input[aria-label="${label}"]`).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
