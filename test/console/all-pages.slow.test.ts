import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, settled, signInOn } from './browser.ts'
import { noticed } from './noticed.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'
import { shownPages } from './shown-pages.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  await noticed(seeded)
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

const seats: readonly (readonly [string, Seat])[] = [
  ['a laptop', {}],
  ['a dark phone in Japanese', { dark: true, size: phone, language: 'ja' }],
]

for (const [name, seat] of seats)
  test(`every page on ${name}: axe finds nothing, nothing scrolls sideways, nobody else is asked`, {
    skip,
  }, async () => {
    const { page, context, complaints } = await openPage(browser, seeded.address, seat)
    const wrong: string[] = []
    const look = async (what: string) => {
      await settled(page)
      for (const assertion of [assertAccessible, assertFits])
        await assertion(page, what).catch((error: unknown) => wrong.push(`${what}: ${String(error)}`))
      for (const complaint of complaints.splice(0)) wrong.push(`${what}: ${complaint}`)
    }
    await page.goto('/')
    await look('sign-in')
    await signInOn(page, seeded.admin)
    for (const { name, open } of await shownPages(seeded)) {
      await open(page)
      await look(name)
    }
    await context.close()
    assert.deepEqual(wrong, [])
  })

test('the first page needs at most 300 kB of scripts, gzipped', { skip }, async () => {
  const first = await openPage(browser, seeded.address)
  await signInOn(first.page, seeded.admin)
  // Signed in, as on most days, and with nothing kept by the browser.
  const cookies = await first.context.cookies()
  await first.context.close()
  const { page, context } = await openPage(browser, seeded.address)
  await context.addCookies(cookies)
  const scripts: Promise<Buffer>[] = []
  page.on('response', response => {
    if (new URL(response.url()).pathname.endsWith('.js')) scripts.push(response.body())
  })
  await page.goto('/')
  await settled(page)
  const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).byteLength, 0)
  assert.ok(bytes > 50_000, `${scripts.length} scripts, ${bytes} bytes`)
  assert.ok(bytes <= 300_000, `${Math.round(bytes / 1000)} kB`)
  await context.close()
})
