import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { documentationPages } from './documentation-pages.ts'

const root = dirname(import.meta.dirname)
const pages = documentationPages(root)

test('every help link of the console leads to a heading that is there', () => {
  const links = globSync('console/**/*.tsx', { cwd: root }).flatMap(file =>
    [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/\bhelp="([^"]*)"|href="\/docs\/([^"]*)"/g)].map(
      ([, help, href]) => `/docs/${help ?? href}`,
    ),
  )
  assert.ok(links.length > 15, `${links.length} links`)
  assert.deepEqual(links.filter(lost), [])
})

test('links and pictures of the documentation lead to what is served', () => {
  const wrong: string[] = []
  for (const [name, page] of pages)
    for (const [, link = ''] of name.endsWith('.html') ? String(page).matchAll(/ (?:href|src)="([^"]*)"/g) : []) {
      const { origin, pathname, hash } = new URL(link, `https://center.example/${name}`)
      const other = origin !== 'https://center.example' || ['/', '/lamp.svg'].includes(pathname)
      if (!other && lost(pathname + hash)) wrong.push(`${name}: ${link}`)
    }
  assert.deepEqual(wrong, [])
})

/** No such page, or no such heading on it. */
function lost(address: string): boolean {
  const [path = '', heading] = address.slice(1).split('#')
  const page = pages.get(path) ?? pages.get(`${path}.html`)
  if (page === undefined) return true
  return heading !== undefined && !String(page).includes(` id="${decodeURIComponent(heading)}"`)
}
