import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import type { Browser } from 'playwright-core'
import { until } from '../center/until.ts'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
/** Inert, with a name that a page must not believe. */
const content = Buffer.from('#!/bin/sh\n# a look-alike that does nothing\n')
const path = '/tmp/<b>miner</b>\u202egnp'
const shownPath = '/tmp/<b>miner</b>U+202Egnp'
let seeded: SeededCenter
let browser: Browser

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  browser = await openBrowser()
  await putIntoBox('web-02', content)
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

test('a file is found, fetched from its host and saved as an archive with a password', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/quarantine')
  await page.getByRole('cell', { name: '/etc/libsystem.so', exact: true }).waitFor()
  await page.getByRole('searchbox', { name: 'Path or host' }).fill('miner')
  await page.getByRole('cell', { name: shownPath, exact: true }).waitFor()
  await page.getByRole('cell', { name: '/etc/libsystem.so', exact: true }).waitFor({ state: 'detached' })
  assert.match(page.url(), /text=miner/)
  await page.getByRole('button', { name: /^Actions for / }).click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  await page.getByText('open the archive only on a machine made for that').waitFor()
  await settled(page)
  await assertAccessible(page, 'before a download')
  await page.getByRole('button', { name: 'Fetch from host' }).click()
  await page.getByText('The archive opens with this password').waitFor()
  await page.getByText('infected', { exact: true }).waitFor()
  await settled(page)
  await assertAccessible(page, 'a file to save')
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save archive' }).click(),
  ])
  assert.match(saved.suggestedFilename(), /^quarantined-[0-9a-f]{16}\.zip$/)
  const files = await unzipped(readFileSync((await saved.path()) ?? ''))
  assert.ok(
    [...files.values()].some(bytes => content.equals(bytes)),
    [...files.keys()].join(),
  )
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a file is put back on its host, after a question, and leaves the list by itself', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.responder)
  await page.goto('/quarantine?text=kinsing')
  await page.getByRole('button', { name: 'Actions for /etc/kinsing' }).click()
  await page.getByRole('menuitem', { name: 'Restore to host' }).click()
  const dialog = page.getByRole('dialog', { name: 'Restore this file?' })
  await dialog.getByText('web-02').waitFor()
  await dialog.getByText('/etc/kinsing').waitFor()
  await settled(page)
  await assertAccessible(page, 'before restoring')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await page.getByText('The file is back at its place.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('heading', { name: 'No quarantined file matches these filters' }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the same file elsewhere is one step away; who only reads cannot take or restore', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  await signInOn(page, seeded.people.viewer)
  await page.goto('/quarantine')
  await page.getByRole('cell', { name: '/tmp/kdevtmpfsi', exact: true }).waitFor()
  await settled(page)
  await assertAccessible(page, 'the box on a dark phone')
  await assertFits(page, 'the box on a dark phone')
  await page.getByRole('button', { name: 'Actions for /tmp/kdevtmpfsi' }).click()
  await page.getByRole('menuitem', { name: 'Same file elsewhere' }).waitFor()
  assert.equal(await page.getByRole('menuitem', { name: 'Restore to host' }).count(), 0)
  assert.equal(await page.getByRole('menuitem', { name: 'Download' }).count(), 0)
  await page.getByRole('menuitem', { name: 'Same file elsewhere' }).click()
  await page.getByText('2 rows').waitFor()
  assert.deepEqual((await page.getByRole('cell').allTextContents()).filter(text => /kdevtmpfsi$/.test(text)).sort(), [
    '/tmp/kdevtmpfsi',
    '/var/tmp/kdevtmpfsi',
  ])
  assert.deepEqual(complaints, [])
  await context.close()
})

/** The host tells of one more file in its box, and sends it when it is asked to. */
async function putIntoBox(name: string, bytes: Buffer): Promise<void> {
  const agent = seeded.agents.get(name)
  assert.ok(agent)
  const { items } = await seeded.admin.api.listQuarantine({ query: { host: seeded.hosts.get(name) ?? '', limit: 500 } })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const one = {
    id: 'look-alike',
    sha256,
    path,
    size: bytes.length,
    at: new Date().toISOString(),
    reason: 'quarantined',
  }
  const entries = [...items.map(({ host: _, ...entry }) => entry), one]
  agent.report(JSON.stringify({ kind: 'quarantine', entries }), Date.now())
  await until('the center knows the file', async () => {
    const found = await seeded.admin.api.listQuarantine({ query: { sha256 } })
    return found.items.length === 1
  })
  const others = agent.onOrder
  agent.onOrder = signed => {
    const { id, action } = signed.order
    if (action.kind !== 'send-quarantined') return others(signed)
    const say = (state: string) => agent.report(JSON.stringify({ kind: 'order', order: id, state }), Date.now())
    say('accepted')
    agent.sendFile(id, bytes).then(
      () => say('done'),
      error =>
        agent.report(JSON.stringify({ kind: 'order', order: id, state: 'failed', reason: String(error) }), Date.now()),
    )
  }
}

async function unzipped(archive: Buffer): Promise<Map<string, Uint8Array>> {
  const reader = new ZipReader(new Uint8ArrayReader(archive), { password: 'infected' })
  const files = new Map<string, Uint8Array>()
  for (const entry of await reader.getEntries())
    if (!entry.directory) files.set(entry.filename, await entry.getData(new Uint8ArrayWriter()))
  await reader.close()
  return files
}
