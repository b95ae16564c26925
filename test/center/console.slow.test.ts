import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { BlobReader, ZipReader } from '@zip.js/zip.js'
import type { Browser, Page } from 'playwright-core'
import { infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { assertAccessible } from '../console/accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn, type Watched } from '../console/browser.ts'
import { startPool } from '../range/infected-host.ts'
import { Lab } from '../range/lab.ts'
import { rangeImpossible } from '../range/machine.ts'
import { infect } from '../range/plant.ts'
import type { Range } from '../range/range.ts'
import { CenterProcess } from './center-process.ts'
import { installAgent, joinHost, type Member } from './member.ts'
import { endOfTask } from './orders.ts'
import { invite, type Person, signIn } from './person.ts'
import { openReceivers, type Receivers } from './receivers.ts'
import { part } from './story.ts'
import { until } from './until.ts'

inNamespaces(import.meta.url, rangeImpossible() ?? browserMissing() ?? false, 900)

const kinsing = infections.filter(({ family }) => family === 'kinsing')
const poolOfKinsing = '198.51.100.19'
const password = `Console-${randomBytes(12).toString('base64url')}`
/** Pictures of the way, for whoever wants to look: DAVYLAMP_PICTURES=FOLDER. */
const pictures = process.env['DAVYLAMP_PICTURES']

interface Scene {
  readonly center: CenterProcess
  readonly browser: Browser
  readonly seat: Watched
  readonly page: Page
  readonly admin: Person
  readonly members: readonly Member[]
  readonly receivers: Receivers
}

test('three servers, one browser: from the first login to the proof and back', { skip: !inside }, async context => {
  const lab = Lab.open()
  const center = new CenterProcess()
  const receivers = await openReceivers()
  const browser = await openBrowser()
  try {
    const ranges: Range[] = []
    for (const name of ['one', 'two', 'three']) ranges.push(await lab.host(name))
    const document = await center.start()
    const seat = await openPage(browser, document.address)
    const { page } = seat
    await part(context, 'first login: the one-time password is changed, and there is nothing but a wizard', () =>
      firstLogin(page, center),
    )
    const admin = await signIn(document, document.firstAdmin?.name ?? '', password)
    const first = await part(context, 'the wizard adds a server and sees it arrive', () =>
      addByWizard(page, admin, ranges[0]),
    )
    const members = [first]
    for (const range of ranges.slice(1)) members.push(await joinHost(admin, center, range))
    const scene: Scene = { center, browser, seat, page, admin, members, receivers }
    await part(context, 'a channel is made and its test received', () => channel(scene))
    await part(context, 'infected: an immediate scan with live progress; alerts within 10 s of it', () => scan(scene))
    await part(context, 'an alert: why, process tree, timeline, graph', () => detail(scene))
    await part(context, 'in-depth cleanup of one: plan, live steps, proof', () => cleanUp(scene))
    await part(context, 'and back: undo, to the last file', () => undo(scene))
    await part(context, 'handle same type: all three at once', () => sameType(scene))
    await part(context, 'a block with an end, in the firewall', () => block(scene))
    await part(context, 'quarantine: one file goes back, one is downloaded', () => quarantine(scene))
    await part(context, 'the allowlist, with its replay', () => allow(scene))
    await part(context, 'the incident report as PDF', () => report(scene))
    await part(context, 'processes of a host as they are now', () => processes(scene))
    await part(context, 'roles are limited; a host that is cut off is shown as offline', () => limits(scene))
    assert.deepEqual(seat.complaints, [])
  } catch (error) {
    if (pictures !== undefined)
      for (const context of browser.contexts())
        for (const page of context.pages())
          await page.screenshot({ path: join(pictures, 'failed.png') }).catch(() => {})
    throw error
  } finally {
    await browser.close()
    await Promise.allSettled([lab.close(), center.close(), receivers.close()])
  }
})

async function firstLogin(page: Page, { document }: CenterProcess): Promise<void> {
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
  await look(page, 'nothing yet')
}

async function addByWizard(page: Page, admin: Person, range: Range | undefined): Promise<Member> {
  assert.ok(range)
  await closeTour(page)
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
  await page.getByRole('link', { name: 'one', exact: true }).waitFor({ timeout: 60_000 })
  await look(page, 'a server has arrived')
  const known = await until('the agent reports', async () => {
    const one = await admin.api.getAgent({ params: { agent } })
    return one.online ? one : undefined
  })
  return { range, id: known.host.id, agent }
}

async function channel({ page, receivers }: Scene): Promise<void> {
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
  await look(page, 'channels')
}

async function scan({ page, admin, members }: Scene): Promise<void> {
  for (const { range } of members) {
    await startPool(range)
    await infect(range, kinsing)
  }
  await page.goto('/virus-scan')
  await page.getByRole('button', { name: 'Scan now' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scan of 3 hosts' }).waitFor()
  await page.getByRole('progressbar').first().waitFor()
  await look(page, 'scanning')
  const task = page.url().split('/').at(-1) ?? ''
  const seat = await page.context().newPage()
  await seat.goto('/alerts')
  await endOfTask(admin, task, { members })
  await seat
    .getByRole('link', { name: /kinsing/ })
    .nth(2)
    .waitFor({ timeout: 10_000 })
  await look(seat, 'alerts')
  await seat.close()
  await page.getByText('Confirmed').nth(2).waitFor()
  await look(page, 'scanned')
}

async function detail({ page, admin, members }: Scene): Promise<void> {
  const alert = await incident(admin, members[0])
  for (const [tab, seen] of [
    ['evidence', 'Process is hidden'],
    ['processes', '/etc/kinsing'],
    ['timeline', '/etc/kinsing'],
    ['graph', '/etc/kinsing'],
  ] as const) {
    await page.goto(`/alerts/${alert}?tab=${tab}`)
    await page.locator('#main').getByText(seen).first().waitFor()
    await look(page, `alert-${tab}`)
  }
}

async function cleanUp({ page, admin, members }: Scene): Promise<void> {
  const alert = await incident(admin, members[0])
  await page.goto(`/alerts/${alert}?tab=cleanup`)
  await page.getByRole('button', { name: 'Carry out this plan …' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Carry out', exact: true }).click()
  await page.getByRole('progressbar', { name: /^[1-9]\d* of \d+ steps$/ }).waitFor({ timeout: 60_000 })
  await look(page, 'cleaning')
  await page.getByText('Proven clean').first().waitFor({ timeout: 180_000 })
  await look(page, 'proven')
  const { range } = members[0] ?? assert.fail('no host')
  assert.equal(hasKinsing(range), false)
}

async function undo({ page, members }: Scene): Promise<void> {
  await page.getByRole('button', { name: 'Undo the whole run' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('Taken back', { exact: true }).first().waitFor({ timeout: 120_000 })
  await look(page, 'undone')
  const { range } = members[0] ?? assert.fail('no host')
  assert.equal(hasKinsing(range), true)
}

async function sameType({ page, admin, members }: Scene): Promise<void> {
  await scanAgain(admin, members)
  const alert = await incident(admin, members[0])
  await page.goto(`/alerts/${alert}`)
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
  for (const { range } of members) assert.equal(hasKinsing(range), false)
}

async function block({ page, members }: Scene): Promise<void> {
  await page.goto('/prevention')
  await page.getByRole('button', { name: 'Block addresses' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Addresses').fill(poolOfKinsing)
  await dialog.getByLabel('Reason').fill('The pool of kinsing')
  await look(page, 'block')
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  const { range } = members[0] ?? assert.fail('no host')
  const listed = async () => (await range.davylamp(['--json', 'block', 'list'])).stdout
  await until('it is in the firewall', async () => ((await listed()).includes(poolOfKinsing) ? true : undefined))
  await page.goto('/prevention')
  await page.getByRole('table').getByText(poolOfKinsing).first().waitFor()
  await look(page, 'blocked')
}

async function quarantine({ page, members }: Scene): Promise<void> {
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
  await page.getByText('The file is back at its place.').waitFor({ timeout: 60_000 })
  assert.equal(members.filter(({ range }) => hasKinsing(range)).length, 1)
}

async function allow({ page, admin, members }: Scene): Promise<void> {
  await scanAgain(admin, members)
  await page.goto('/alerts?status=open')
  await page
    .getByRole('button', { name: /^Handle: / })
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
}

async function report({ page }: Scene): Promise<void> {
  await page.goto('/reports')
  const downloads = page.waitForEvent('download')
  await page.getByRole('button', { name: /PDF/ }).first().click()
  const pdf = await downloads
  assert.equal(
    readFileSync(await pdf.path())
      .subarray(0, 5)
      .toString(),
    '%PDF-',
  )
  if (pictures !== undefined) await pdf.saveAs(join(pictures, 'report.pdf'))
}

async function processes({ page, members }: Scene): Promise<void> {
  await page.goto(`/hosts/${members[1]?.id}/processes`)
  await page.getByRole('button', { name: 'Refresh' }).first().click()
  await page.getByRole('table').getByText('systemd').first().waitFor({ timeout: 60_000 })
  await look(page, 'processes')
}

async function limits({ browser, center, admin, members, page }: Scene): Promise<void> {
  const viewer = await invite(admin, center.document, 'vera', 'viewer')
  const seat = await openPage(browser, center.document.address, { size: phone, language: 'zh', dark: true })
  await signInOn(seat.page, viewer)
  await seat.page.goto('/alerts?status=all')
  await settled(seat.page)
  assert.equal(await seat.page.getByRole('checkbox').count(), 0)
  await look(seat.page, 'viewer')
  assert.deepEqual(seat.complaints, [])
  await seat.context.close()
  const { range } = members[2] ?? assert.fail('no host')
  await range.exec(['systemctl', 'stop', 'davylamp-agent.service'])
  await page.goto('/hosts')
  await page.getByText('Offline').first().waitFor({ timeout: 120_000 })
  await look(page, 'offline')
}

async function incident({ api }: Person, member: Member | undefined): Promise<string> {
  const { items } = await api.listAlerts({ query: { host: member?.id ?? '', about: 'incident', status: 'open' } })
  const [alert] = items
  assert.ok(alert, 'there is no open incident')
  return alert.id
}

async function scanAgain(admin: Person, members: readonly Member[]): Promise<void> {
  const { task } = await admin.api.startScan({ body: { scope: { hosts: members.map(one => one.id) } } })
  await endOfTask(admin, task, { members })
}

function hasKinsing({ root }: Range): boolean {
  return existsSync(join(root, 'etc/kinsing'))
}

async function closeTour(page: Page): Promise<void> {
  await page.evaluate('localStorage.setItem("davylamp-tour", "seen")')
}

async function look(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`) })
  }
  await assertAccessible(page, name)
}
