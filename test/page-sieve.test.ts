import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isWorthRules } from '../collectors/linux/web/page-sieve.ts'
import { compileContentRules, openContentScanner, ownNamespace } from '../detect/yara/index.ts'
import { livedIn } from '../hosts/lived-in.ts'
import type { Item } from '../hosts/host-part.ts'
import { ownRulesFolder } from '../rulebook/index.ts'
import { contentOf, readContentCases } from './yara/content-case.ts'

const about = /^(?:webshell_|page_|polyglot_picture_|polyglot_gif_)/
const webFile = /^\/(?:var\/www|srv\/sites|opt\/tomcat)\/.*\.\w+$/
const cases = readContentCases(join(ownRulesFolder, 'yara'))
  .flatMap(one => one.cases)
  .filter(one => about.test(one.rule))
const sieved = (one: (typeof cases)[number]) =>
  isWorthRules(contentOf(one).toString('latin1'), one.rule.startsWith('polyglot_') ? 'picture' : 'page')

test('a quick scan hands to rules whatever they would find', () => {
  const wanted = cases.filter(one => one.matches)
  assert.ok(wanted.length > 25)
  assert.deepEqual(
    wanted.filter(one => !sieved(one)).map(one => `${one.rule}: ${one.name}`),
    [],
  )
})

test('of what people put on sites, nothing makes it load them', () => {
  const pages = livedIn.filter(item => item.kind === 'file' && webFile.test(item.path))
  assert.ok(pages.length >= 20)
  const text = (item: Item) => (item.kind === 'file' && 'text' in item.content ? item.content.text : '')
  assert.deepEqual(
    pages.filter(one => isWorthRules(text(one), 'page')).map(one => 'path' in one && one.path),
    [],
  )
})

test('of what people put on sites, no rule of weight finds anything', () => {
  const sources = ['web-shells', 'web-pages', 'polyglots'].map(name => ({
    file: `${name}.yar`,
    namespace: ownNamespace,
    text: readFileSync(join(ownRulesFolder, 'yara', `${name}.yar`), 'utf8'),
  }))
  const scanner = openContentScanner(compileContentRules({ own: sources }).compiled)
  const found = livedIn.flatMap(item => {
    if (item.kind !== 'file' || !('text' in item.content || 'base64' in item.content)) return []
    const bytes = 'text' in item.content ? Buffer.from(item.content.text) : Buffer.from(item.content.base64, 'base64')
    return scanner.scan(bytes, 'own', { path: item.path }).matches.map(match => `${match.rule}: ${item.path}`)
  })
  scanner.close()
  assert.deepEqual(found, [])
})
