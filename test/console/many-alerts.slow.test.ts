import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { firstAdmin, type Person } from '../center/person.ts'
import { type CenterProcess, freePorts, startCenterProcess } from '../verify/load/center-process.ts'
import { fill } from '../verify/load/fill.ts'
import { browserMissing, openBrowser, openPage, signInOn } from './browser.ts'

/** However long a list is, so many of its rows at most are elements of the page. */
const mostElements = 100

const skip = browserMissing() ?? false
let state: string
let center: CenterProcess
let admin: Person
let browser: Browser

before(async () => {
  if (skip !== false) return
  state = mkdtempSync(join(tmpdir(), 'davylamp-many-'))
  center = await startCenterProcess(state, await freePorts(), [])
  admin = await firstAdmin(center.listening)
  await fill({ state }, 2_000, 100_000, { say: text => console.log(text) })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await center?.end('SIGTERM')
  if (state !== undefined) rmSync(state, { recursive: true, force: true, maxRetries: 5 })
})

// What is meant are 1,000 ms for a filter and 100 ms for an input. Machines differ, so these figures are printed and decide nothing.
test('100,000 alerts of 2,000 hosts: filters answer, 10,000 rows scroll and few of them are elements', {
  skip,
}, async t => {
  const { page, context, complaints } = await openPage(browser, center.listening.address)
  try {
    await signInOn(page, admin)
    await page.goto('/alerts?status=all')
    await page.locator('[data-index="0"]').waitFor()
    const filters = await filterTimes(page)
    t.diagnostic(`filters: ${filters.map(([what, ms]) => `${what} ${ms} ms`).join(', ')}`)

    await page.goto('/alerts?status=all')
    await page.locator('[data-index="0"]').waitFor()
    const rows = await loadRows(page, 10_000)
    await page.evaluate(watchInputs)
    for (let turn = 0; turn < 30; turn++) {
      await page.mouse.wheel(0, turn % 2 === 0 ? 6_000 : -4_000)
      await page.evaluate(nextFrame)
    }
    await page.locator('[data-index] input').nth(5).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.evaluate(nextFrame)
    const times = (await page.evaluate('globalThis.inputTimes')) as { inputs: number[]; tasks: number[] }
    const worst = Math.max(0, ...times.inputs)
    const longest = Math.max(0, ...times.tasks)
    t.diagnostic(`${rows} rows: longest input ${worst} ms, longest task ${Math.round(longest)} ms`)
    const elements = await page.locator('[data-index]').count()
    assert.ok(elements > 0 && elements <= mostElements, `${elements} elements`)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
})

/** From the click to the answer on the page, in milliseconds of the page's own clock. */
async function filterTimes(page: Page): Promise<readonly (readonly [string, number])[]> {
  const times: [string, number][] = []
  const measure = async (what: string, change: () => Promise<void>, asked: RegExp) => {
    const answered = page.waitForResponse(answer => asked.test(answer.url()))
    const began = Date.now()
    await change()
    await answered
    await page.evaluate(nextFrame)
    times.push([what, Date.now() - began])
  }
  const button = (name: string) => page.getByRole('button', { name }).click()
  await measure('critical', () => button('Critical'), /api\/v1\/alerts\?.*level=critical/)
  await measure('high', () => button('High'), /api\/v1\/alerts\?.*level=high/)
  await button('All open')
  const text = page.getByRole('searchbox', { name: 'Title, host or family' })
  await measure('text', () => text.fill('rare'), /api\/v1\/alerts\?.*text=rare/)
  await measure('text of nothing', () => text.fill('no such text'), /api\/v1\/alerts\?.*text=no/)
  return times
}

/** Scrolls to the end again and again, as a reader does, until so many rows are loaded. */
async function loadRows(page: Page, wanted: number): Promise<number> {
  for (let loaded = 0; ; ) {
    loaded = (await page.evaluate(toTheEnd)) as number
    if (loaded >= wanted) return loaded
  }
}

const nextFrame = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))'

/** Waits until there are more rows than before, and says how many. */
const toTheEnd = `(async () => {
  const scroller = document.querySelector('[role="group"][tabindex="0"]')
  const last = () => Math.max(...[...document.querySelectorAll('[data-index]')].map(row => Number(row.dataset.index)))
  const before = scroller.scrollHeight
  scroller.scrollTop = before
  while (scroller.scrollHeight === before) await new Promise(done => requestAnimationFrame(done))
  return last() + 1
})()`

/** Event timing counts what takes longer than 16 ms; an empty list means that nothing did. */
const watchInputs = `(() => {
  globalThis.inputTimes = { inputs: [], tasks: [] }
  new PerformanceObserver(list => inputTimes.inputs.push(...list.getEntries().map(one => one.duration)))
    .observe({ type: 'event', durationThreshold: 16 })
  new PerformanceObserver(list => inputTimes.tasks.push(...list.getEntries().map(one => one.duration)))
    .observe({ type: 'longtask' })
})()`
