import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { settled } from './browser.ts'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** Fails with what axe finds on the page as it is now (WCAG 2.2 AA and good practice). */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  // By the debugger's protocol: the content security policy does not let the page load it.
  await page.evaluate(axe)
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(result => result.violations)`,
  )) as Violation[]
  const words = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary = '' }) => `    ${html.slice(0, 200)}\n      ${failureSummary.replaceAll('\n', ' ')}`).join('\n')}`,
  )
  assert.equal(words.join('\n'), '', what)
}

/** Nothing may make the page scroll sideways. */
export async function assertFits(page: Page, what: string): Promise<void> {
  const [inner, outer, widest] = (await page.evaluate(measure)) as [number, number, string[]]
  assert.ok(inner <= outer, `${what}: ${inner} wide in ${outer}: ${widest.join('; ')}`)
}

/** When nothing moves any more: both of it. */
export async function assertLooksWell(page: Page, what: string): Promise<void> {
  await settled(page)
  await assertAccessible(page, what)
  await assertFits(page, what)
}

/** Widths, and the innermost elements that stick out. */
const measure = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  const out = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > clientWidth + 1)
  const innermost = out.filter(one => !out.some(other => other !== one && one.contains(other)))
  return [scrollWidth, clientWidth, innermost.slice(0, 5).map(one => one.outerHTML.slice(0, 200))]
})()`
