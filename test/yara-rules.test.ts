import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { compileContentRules, metaNames, openContentScanner, ownNamespace } from '../detect/yara/index.ts'
import { readSourceText, type RuleText } from '../detect/yara/rule-text.ts'
import { ruleMeaning } from '../engine/index.ts'
import { levels } from '../model/index.ts'
import { ownRulesFolder } from '../rulebook/index.ts'
import { type ContentCase, contentOf, readContentCases } from './yara/content-case.ts'
import { unanchoredPatterns } from './yara/anchors.ts'

const folder = join(ownRulesFolder, 'yara')
const sources = readdirSync(folder)
  .filter(name => name.endsWith('.yar'))
  .map(file => ({ file, namespace: ownNamespace, text: readFileSync(join(folder, file), 'utf8') }))
const { compiled, problems } = compileContentRules({ own: sources })
const scanners = {
  files: openContentScanner(compiled),
  memory: openContentScanner(compiled, { for: 'memory' }),
}
const texts = sources.flatMap(({ file, text }) => readSourceText(text).rules.map(rule => ({ file, text, rule })))
const rules = new Map(compiled.rules.map(rule => [rule.id.slice(ownNamespace.length + 1), rule]))
const files = readContentCases(folder)

after(() => {
  for (const one of Object.values(scanners)) one.close()
})

test('every content rule compiles', () => assert.deepEqual(problems, []))

test('ids are UUIDs, and neither they nor titles nor identifiers come twice', () => {
  const ids = texts.map(({ rule }) => String(metaOf(rule).get('id')))
  assert.deepEqual(
    ids.filter(id => !/^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    [],
  )
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(new Set(texts.map(({ rule }) => metaOf(rule).get('title'))).size, texts.length)
  assert.equal(new Set(texts.map(({ rule }) => rule.identifier)).size, texts.length)
})

test('heads say what a rule is worth, in known words', () => {
  const wrong = texts.flatMap(({ rule }) => {
    const meta = metaOf(rule)
    const unknown = [...meta.keys()].filter(name => !metaNames.has(name))
    const told = meta.get('silent') === true
    const faults = [
      ...unknown.map(name => `unknown ${name}`),
      ...(levels.some(level => level === meta.get('level')) ? [] : ['level']),
      ...(['title', 'description'].every(name => meta.get(name)) ? [] : ['title or description']),
      ...(told || meta.get('because') ? [] : ['because']),
      ...(told || ruleMeaning.safeParse(Object.fromEntries(meta)).success ? [] : ['meaning']),
      ...(told || /\battack\.t\d{4}(\.\d{3})?(,|$)/.test(String(meta.get('tags'))) ? [] : ['no technique']),
      ...(/[^\x20-\x7e]/.test(String(meta.get('because'))) ? ['odd letters'] : []),
    ]
    return faults.map(fault => `${rule.identifier}: ${fault}`)
  })
  assert.deepEqual(wrong, [])
})

test('no content alone is conclusive, and rules come after rules that exist', () => {
  const wrong = texts.filter(({ rule }) => {
    const meta = metaOf(rule)
    const leader = meta.get('after')
    return (
      meta.get('conclusive') === true || (leader !== undefined && !texts.some(one => one.rule.identifier === leader))
    )
  })
  assert.deepEqual(
    wrong.map(({ rule }) => rule.identifier),
    [],
  )
})

test('every pattern that looks at all contents has a literal of four bytes', () =>
  assert.deepEqual(
    texts
      .filter(({ rule }) => metaOf(rule).get('after') === undefined)
      .flatMap(({ text, rule }) =>
        unanchoredPatterns(text.slice(rule.start, rule.end)).map(one => `${rule.identifier}: ${one}`),
      ),
    [],
  ))

for (const { file, cases } of files)
  describe(file, () => {
    for (const one of cases)
      test(one.name, () => {
        assert.ok(
          texts.some(({ rule }) => rule.identifier === one.rule),
          `there is no rule ${one.rule}`,
        )
        const found = foundIn(one)
        if (one.matches) assert.ok(found.includes(one.rule), `found: ${found.join(', ') || 'nothing'}`)
        else
          assert.deepEqual(
            found.filter(isWeighty).filter(name => !one.also.includes(name)),
            [],
          )
      })
  })

test('every content rule has a case that it finds and a near-miss that it does not', () => {
  const cases = files.flatMap(one => one.cases)
  const lacking = texts
    .filter(({ rule }) => metaOf(rule).get('silent') !== true)
    .map(({ rule }) => rule.identifier)
    .filter(name => {
      const own = cases.filter(one => one.rule === name)
      return !own.some(one => one.matches) || !own.some(one => !one.matches)
    })
  assert.deepEqual(lacking, [])
})

test('the files of these rules and their cases are no finding themselves', () => {
  for (const name of readdirSync(folder)) {
    const look = scanners.files.scan(readFileSync(join(folder, name)), 'own', { path: join(folder, name) })
    assert.deepEqual(look.matches, [], name)
  }
})

function foundIn(one: ContentCase): string[] {
  const scanner = one.memory ? scanners.memory : scanners.files
  const look = scanner.scan(contentOf(one), 'own', one.memory ? undefined : { path: one.path })
  return look.matches.map(match => match.rule.slice(ownNamespace.length + 1))
}

function isWeighty(name: string): boolean {
  return ['medium', 'high', 'critical'].includes(rules.get(name)?.level ?? '')
}

function metaOf(rule: RuleText): ReadonlyMap<string, string | number | boolean> {
  return new Map(rule.meta)
}
