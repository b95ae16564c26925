import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'
import { shownPages } from './shown-pages.ts'

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

test('the first page needs at most 300 kB of scripts as they are sent', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.admin)
  await context.clearCookies()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.clearBrowserCache')
  const scripts = new Map<string, number>()
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.url.endsWith('.js')) scripts.set(requestId, 0)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scripts.set(requestId, encodedDataLength)
  })
  await page.reload()
  await signInOn(page, seeded.admin)
  await settled(page)
  const bytes = [...scripts.values()].reduce((sum, one) => sum + one, 0)
  assert.ok(bytes > 50_000, `${scripts.size} scripts, ${bytes} bytes`)
  assert.ok(bytes <= 300_000, `${Math.round(bytes / 1000)} kB`)
  await context.close()
})
