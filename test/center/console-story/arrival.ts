import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { settled } from '../../console/browser.ts'
import type { Range } from '../../range/range.ts'
import type { CenterProcess } from '../center-process.ts'
import { installAgent, type Member } from '../member.ts'
import type { Person } from '../person.ts'
import { until } from '../until.ts'
import { look, type Scene } from './scene.ts'

export async function firstLogin(page: Page, { document }: CenterProcess, password: string): Promise<void> {
  const given = document.firstAdmin
  assert.ok(given)
  await page.goto('/')
  await page.getByLabel('User name').fill(given.name)
  await page.getByRole('textbox', { name: 'Password' }).fill(given.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  await look(page, 'choose a password')
  for (const field of await page.locator('input[autocomplete="new-password"]').all()) await field.fill(password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.locator('#main').waitFor()
  await settled(page)
  await look(page, 'nothing yet')
}

export async function addByWizard(page: Page, admin: Person, range: Range): Promise<Member> {
  await page.goto('/hosts/add')
  await page.getByRole('button', { name: 'Make the command' }).click()
  const command = await page.locator('pre, code', { hasText: 'davylamp agent join' }).last().textContent()
  const words = (command ?? '').trim().split('\n').at(-1)?.split(' ') ?? []
  await page.getByRole('button', { name: 'I ran it' }).click()
  // As it is shown; the launcher's own path stands for the name.
  const joined = await range.davylamp(['--json', ...words.slice(words.indexOf('davylamp') + 1)])
  assert.equal(joined.status, 0, joined.stderr)
  const { agent } = JSON.parse(joined.stdout) as { agent: string }
  await installAgent(range)
  await page.getByRole('link', { name: 'one', exact: true }).waitFor()
  await page.getByText(/^(?:First scan: |Scanned)/).waitFor()
  await look(page, 'a server has arrived')
  const known = await until('the agent reports', async () => {
    const one = await admin.api.getAgent({ params: { agent } })
    return one.online ? one : undefined
  })
  return { range, id: known.host.id, agent }
}

export async function channel({ page, receivers }: Scene): Promise<void> {
  await page.goto('/notifications')
  await page.getByRole('button', { name: 'Add channel' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Telephone of the night shift')
  await dialog.getByRole('combobox', { name: 'Kind' }).click()
  await page.getByRole('option', { name: 'SMS (HTTP gateway)' }).click()
  await dialog.getByLabel('Address (URL)').fill(`http://127.0.0.1:${receivers.smsPort}/send`)
  await dialog.getByLabel(/^To\b/).fill('+491701234567')
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Answer must contain').fill('OK')
  await dialog
    .getByRole('button', { name: /^(?:Save|Add)/ })
    .last()
    .click()
  await page.getByRole('button', { name: /^Test/ }).first().click()
  await until('the test message has come', () => (receivers.messages.length > 0 ? true : undefined))
  await page.getByText('The receiver took the message.').waitFor()
  await look(page, 'channels')
}
