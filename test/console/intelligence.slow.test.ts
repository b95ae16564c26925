import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
const rule =
  'title: Kings\nid: 5d0c0b1a-7a57-4a35-9a62-0f4a0a4b1c11\nlogsource: { category: autostart }\ndetection:\n  king: { command|contains: king }\n  condition: king\n'
const cases = (near: string) =>
  `---\n- { name: a king, rule: Kings, files: { /etc/cron.d/a: "* * * * * root /usr/bin/king\\n" }, finds: ['/etc/cron.d/a:1'] }\n- { name: a queen, rule: Kings, files: { /etc/cron.d/a: "* * * * * root /usr/bin/${near}\\n" }, finds: [] }\n`
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

test('rules are found by what they judge, and each has its page with its alerts', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.viewer)
  await page.goto('/rules')
  await page.getByRole('cell').first().waitFor()
  await assertLooksWell(page, 'the catalogue')
  await page.getByRole('combobox', { name: 'Judges' }).click()
  await page.getByRole('option', { name: 'Mounts' }).click()
  await page.getByRole('link', { name: 'A mount hides a process' }).click()
  await page.getByRole('heading', { name: 'A mount hides a process', level: 1 }).waitFor()
  await page.getByRole('heading', { name: 'Cases that are tested' }).waitFor()
  await page.getByText('Finds it').first().waitFor()
  await page.getByText('logsource: { category: mount }').waitFor()
  await page.getByRole('cell', { name: 'db-01' }).waitFor()
  await assertLooksWell(page, 'a rule')
  await page.goto('/rules/packs')
  await page.getByRole('heading', { name: 'There are no packs' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Upload a pack' }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a pack is refused with what is wrong with it, taken when it is right, and rolled out step by step', {
  skip,
}, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.admin)
  await page.goto('/rules/packs')
  await page.getByRole('button', { name: 'Upload a pack' }).click()
  const form = page.getByRole('dialog', { name: 'Upload a pack' })
  const give = async (text: string) => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      form.getByRole('button', { name: 'File' }).click(),
    ])
    await chooser.setFiles({ name: 'Own Kings.yml', mimeType: 'text/yaml', buffer: Buffer.from(text) })
    await form.getByRole('button', { name: 'Upload', exact: true }).click()
  }
  await give(rule.replace('condition: king', 'condition: queen') + cases('queen'))
  await form.getByText('The pack is refused').waitFor()
  await form
    .getByText(/^Line \d+:/)
    .first()
    .waitFor()
  await assertLooksWell(page, 'a pack that is refused')
  await give(rule + cases('kingdom'))
  await form.getByText(/case "a queen"/).waitFor()
  await give(rule + cases('queen'))
  await form.waitFor({ state: 'detached' })
  const row = page.getByRole('row').filter({ hasText: 'own-kings' })
  await row.getByText('No host (draft)').waitFor()
  await row.getByRole('button', { name: /^Roll out: own-kings/ }).click()
  await page.getByRole('menuitem', { name: '1 host in 20' }).click()
  await page.getByText('Watch their alerts for a while').waitFor()
  await assertLooksWell(page, 'before a roll-out')
  await page.getByRole('dialog').getByRole('button', { name: '1 host in 20' }).click()
  await row.getByText('1 host in 20').waitFor()
  assert.equal((await seeded.admin.api.listPacks()).items[0]?.stage, 'canary')
  await page.goto('/rules?source=own-kings')
  await page.getByRole('link', { name: 'Kings' }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a hash is looked up over all hosts and becomes an indicator; a STIX file brings others', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  const box = (await seeded.admin.api.listQuarantine()).items.find(one => one.path === '/tmp/kdevtmpfsi')
  assert.ok(box)
  await signInOn(page, seeded.admin)
  await page.goto('/intelligence')
  await page.getByRole('textbox', { name: /^Hash, address/ }).fill(box.sha256)
  await page.keyboard.press('Enter')
  await page.getByText('Seen on 1 host').waitFor()
  await page.getByRole('link', { name: 'Quarantine box' }).first().waitFor()
  await assertLooksWell(page, 'a lookup')
  await page.getByRole('button', { name: 'Add as indicator' }).click()
  const form = page.getByRole('dialog', { name: 'Add indicators' })
  await form.getByText('1 indicator to add').waitFor()
  await form.getByRole('textbox', { name: 'Source' }).fill('Our own clean-up')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('Our own clean-up says so').waitFor()

  await page.getByRole('link', { name: 'Indicators' }).click()
  await page.getByRole('button', { name: 'Add indicators' }).click()
  const bundle = {
    type: 'bundle',
    objects: [
      { type: 'indicator', id: 'indicator--1', pattern: "[domain-name:value = 'pool.example.org']", name: 'A pool' },
      { type: 'indicator', id: 'indicator--2', pattern: "[url:value = 'http://x.example/y']" },
    ],
  }
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    form.getByRole('button', { name: 'File' }).click(),
  ])
  await chooser.setFiles({
    name: 'feed.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(bundle)),
  })
  await form.getByText('1 entry is left out').waitFor()
  await assertLooksWell(page, 'indicators that were read')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('link', { name: 'pool.example.org' }).waitFor()
  await page.getByRole('button', { name: 'Remove pool.example.org' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('link', { name: 'pool.example.org' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Publish as pack' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish as pack' }).click()
  await page.getByRole('row').filter({ hasText: 'indicators' }).getByText('No host (draft)').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a campaign shows its hosts in order and what they share, on a dark phone too', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.viewer)
  await page.goto('/intelligence/campaigns')
  await page.getByRole('link', { name: /first on web-01/ }).click()
  await page.getByRole('heading', { name: 'Hosts in order of time' }).waitFor()
  await page.getByRole('link', { name: 'web-02' }).waitFor()
  await assertLooksWell(page, 'a campaign')
  for (const path of ['/intelligence', '/intelligence/indicators', '/intelligence/campaigns', '/rules']) {
    await page.goto(path)
    await assertLooksWell(page, path)
  }
  await page.goto('/intelligence/indicators')
  assert.equal(await page.getByRole('button', { name: 'Add indicators' }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})
