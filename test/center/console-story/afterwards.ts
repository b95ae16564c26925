import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BlobReader, ZipReader } from '@zip.js/zip.js'
import { openPage, phone, settled, signInOn } from '../../console/browser.ts'
import { scanNow } from '../orders.ts'
import { invite } from '../person.ts'
import { until } from '../until.ts'
import { hasKinsing, look, pictures, type Scene } from './scene.ts'

const poolOfKinsing = '198.51.100.19'

export async function block({ page, members }: Scene): Promise<void> {
  await page.goto('/prevention')
  await page.getByRole('button', { name: 'Block addresses' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Addresses').fill(poolOfKinsing)
  await dialog.getByLabel('Reason').fill('The pool of kinsing')
  await look(page, 'block')
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  const listed = async () => (await members[0].range.davylamp(['--json', 'block', 'list'])).stdout
  await until('it is in the firewall', async () => ((await listed()).includes(poolOfKinsing) ? true : undefined))
  await page.goto('/prevention')
  await page.getByRole('table').getByText(poolOfKinsing).first().waitFor()
  await look(page, 'blocked')
}

export async function quarantine({ page, members }: Scene): Promise<void> {
  await page.goto('/quarantine?text=kinsing')
  const menus = page.getByRole('button', { name: 'Actions for /etc/kinsing' })
  await menus.first().click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Fetch from host' }).click()
  const saved = page.waitForEvent('download', { timeout: 90_000 })
  await page.getByRole('button', { name: 'Save archive' }).click({ timeout: 80_000 })
  const bytes = readFileSync(await (await saved).path())
  const reader = new ZipReader(new BlobReader(new Blob([bytes])), { password: 'infected' })
  const entries = await reader.getEntries()
  assert.ok(
    entries.some(one => one.encrypted && /kinsing/.test(one.filename)),
    entries.map(one => one.filename).join(),
  )
  await reader.close()
  await look(page, 'downloaded')
  await page.goto('/quarantine?text=kinsing')
  await menus.first().click()
  await page.getByRole('menuitem', { name: 'Restore to host' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click()
  await page.getByText('The file is back at its place.').waitFor()
  await look(page, 'restored')
  assert.equal(members.filter(({ range }) => hasKinsing(range)).length, 1)
}

export async function allow({ page, admin, members }: Scene): Promise<void> {
  await scanNow(admin, members)
  await page.goto('/alerts?status=open')
  await page
    .getByRole('button', { name: /^Handle: Cryptominer/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog', { name: 'Handle alerts' })
  await dialog.getByRole('radio', { name: /^Add to allowlist/ }).check()
  await dialog.getByText(/In the last 30 days it would have silenced \d+ alerts?/).waitFor()
  await look(page, 'allow')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Kept for a class')
  await dialog.getByRole('button', { name: 'Add to allowlist' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.goto('/alerts/allowlist')
  await page.getByRole('table').getByText('Kept for a class').waitFor()
  await look(page, 'allowlist')
}

export async function report({ page }: Scene): Promise<void> {
  await page.goto('/reports')
  for (const [format, expected] of [
    // The agent looks again by itself, and the report says so.
    ['html', /<html[\s\S]*\/etc\/kinsing[\s\S]*after 8 days [^<]*<[^>]*> \(set up on the host\)/],
    ['pdf', /^%PDF-/],
  ] as const) {
    const downloads = page.waitForEvent('download')
    await page
      .getByRole('button', { name: new RegExp(`^Report as ${format}`, 'i') })
      .first()
      .click()
    const saved = await downloads
    assert.match(readFileSync(await saved.path(), 'latin1'), expected)
    if (pictures !== undefined) await saved.saveAs(join(pictures, `report.${format}`))
  }
  await look(page, 'reports')
}

export async function processes({ page, members }: Scene): Promise<void> {
  await page.goto(`/hosts/${members[1].id}/processes`)
  await page.getByRole('button', { name: 'Refresh' }).first().click()
  await page.getByRole('table').getByText('systemd').first().waitFor({ timeout: 60_000 })
  await look(page, 'processes')
}

export async function limits({ browser, center, admin, members, page }: Scene): Promise<void> {
  const viewer = await invite(admin, center.document, 'vera', 'viewer')
  const seat = await openPage(browser, center.document.address, { size: phone, language: 'zh', dark: true })
  await signInOn(seat.page, viewer)
  await seat.page.goto('/alerts?status=all')
  await settled(seat.page)
  assert.equal(await seat.page.getByRole('checkbox').count(), 0)
  await look(seat.page, 'viewer')
  assert.deepEqual(seat.complaints, [])
  await seat.context.close()
  await members[2].range.exec(['systemctl', 'stop', 'davylamp-agent.service'])
  await page.goto('/hosts')
  await page.getByText('Offline').first().waitFor({ timeout: 120_000 })
  await look(page, 'offline')
}
