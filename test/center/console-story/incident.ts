import assert from 'node:assert/strict'
import { infections } from '../../../hosts/index.ts'
import { startPool } from '../../range/infected-host.ts'
import { infect } from '../../range/plant.ts'
import { endOfTask, openIncident, scanNow } from '../orders.ts'
import { hasKinsing, look, type Scene } from './scene.ts'

const kinsing = infections.filter(({ family }) => family === 'kinsing')

export async function scan({ page, admin, members }: Scene): Promise<void> {
  for (const { range } of members) {
    await startPool(range)
    await infect(range, kinsing)
  }
  await page.goto('/virus-scan')
  await page.getByRole('button', { name: 'Scan now' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scan of 3 hosts' }).waitFor()
  await page
    .getByRole('progressbar', { name: /^Progress of / })
    .first()
    .waitFor()
  await look(page, 'scanning')
  const task = page.url().split('/').at(-1) ?? ''
  const seat = await page.context().newPage()
  await seat.goto('/alerts')
  await endOfTask(admin, task, { members })
  await seat
    .getByRole('link', { name: /^Cryptominer that looks like kinsing/ })
    .nth(2)
    .waitFor({ timeout: 10_000 })
  await look(seat, 'alerts')
  await seat.close()
  await page.getByText('Confirmed').nth(2).waitFor()
  await look(page, 'scanned')
}

export async function detail({ page, admin, members }: Scene): Promise<void> {
  const alert = await openIncident(admin, members[0], /kinsing/)
  for (const [tab, seen] of [
    ['evidence', 'Process is hidden'],
    ['processes', '/etc/kinsing'],
    ['timeline', '/etc/kinsing'],
    ['graph', '/etc/kinsing'],
  ] as const) {
    await page.goto(`/alerts/${alert.id}?tab=${tab}`)
    await page.getByRole('tabpanel').getByText(seen).first().waitFor()
    await look(page, `alert-${tab}`)
  }
}

export async function cleanUp({ page, admin, members }: Scene): Promise<void> {
  const alert = await openIncident(admin, members[0], /kinsing/)
  await page.goto(`/alerts/${alert.id}?tab=cleanup`)
  const carryOut = page.getByRole('button', { name: 'Carry out this plan …' })
  await carryOut.waitFor()
  await look(page, 'plan')
  await carryOut.click()
  const agree = page.getByRole('dialog').getByRole('button', { name: 'Carry out', exact: true })
  await agree.waitFor()
  await look(page, 'carry-out')
  await agree.click()
  await page.getByRole('progressbar', { name: /^[1-9]\d* of \d+ steps$/ }).waitFor({ timeout: 60_000 })
  await look(page, 'cleaning')
  await page.getByText('Proven clean').first().waitFor({ timeout: 180_000 })
  await look(page, 'proven')
  assert.equal(hasKinsing(members[0].range), false)
}

export async function undo({ page, members }: Scene): Promise<void> {
  await page.getByRole('button', { name: 'Undo the whole run' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).click()
  const asked = page.getByRole('status').filter({ hasText: 'asked to take this run back' })
  await asked.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
  await page.getByText('Proven clean').first().waitFor({ state: 'detached' })
  await page.getByText('Taken back', { exact: true }).first().waitFor()
  await look(page, 'undone')
  assert.equal(hasKinsing(members[0].range), true)
}

export async function sameType({ page, admin, members }: Scene): Promise<void> {
  await scanNow(admin, members)
  const alert = await openIncident(admin, members[0], /kinsing/)
  await page.goto(`/alerts/${alert.id}`)
  await page.getByRole('button', { name: 'Handle …' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Handle alerts' })
  await dialog.getByRole('combobox', { name: 'Which alerts' }).click()
  await page.getByRole('option', { name: 'All of the same type' }).click()
  await dialog.getByText(/^3 alerts on 3 hosts\./).waitFor()
  await look(page, 'same-type')
  await dialog.getByRole('button', { name: /^In-depth cleanup/ }).click()
  await dialog.getByRole('list', { name: 'Hosts' }).getByText('three').waitFor()
  await look(page, 'same-type-followed')
  const task = (await admin.api.listTasks()).items.find(one => one.orders === 3 && one.kind !== 'scan')
  const orders = await endOfTask(admin, task?.id ?? '', { members, seconds: 300 })
  assert.deepEqual(
    orders.map(one => one.state),
    ['done', 'done', 'done'],
  )
  await dialog.getByText('3 of 3 hosts are done.').waitFor()
  await look(page, 'same-type-done')
  for (const { range } of members) assert.equal(hasKinsing(range), false)
}
