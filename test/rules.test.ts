import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { foundIn, openRules, ownRulesFolder, readCases } from '../rulebook/index.ts'

const book = openRules()
const files = readCases(ownRulesFolder)
const titles = new Set([...book.own.rules, ...book.own.correlations].map(rule => rule.title))

test('our own rules are without fault', () => assert.deepEqual(book.errors, []))

test('ids and titles are unique', () => {
  const rules = [...book.own.rules, ...book.own.correlations]
  assert.equal(new Set(rules.map(rule => rule.id)).size, rules.length)
  assert.equal(titles.size, rules.length)
})

test('ATT&CK ids have the form of ids, and each rule has one', () => {
  const odd = book.own.rules.filter(
    rule =>
      !rule.tags.some(tag => /^attack\.t\d{4}(\.\d{3})?$/.test(tag)) &&
      !rule.tags.some(tag => /^attack\.[a-z-]+$/.test(tag)),
  )
  assert.deepEqual(
    odd.map(rule => rule.title),
    [],
  )
  const wrong = book.own.rules.flatMap(rule =>
    rule.tags.filter(tag => /^attack\.t/i.test(tag) && !/^attack\.t\d{4}(\.\d{3})?$/.test(tag)),
  )
  assert.deepEqual(wrong, [])
})

for (const { file, cases } of files)
  describe(file, () => {
    for (const one of cases)
      test(one.name, async () => {
        assert.ok(titles.has(one.rule), `there is no rule "${one.rule}"`)
        assert.deepEqual(await foundIn(one, book.detector()), [...one.finds].sort())
      })
  })

test('every rule has a case that it finds and a near-miss that it does not', () => {
  const cases = files.flatMap(({ cases }) => cases)
  const lacking = [...titles].filter(title => {
    const own = cases.filter(one => one.rule === title)
    return !own.some(one => one.finds.length > 0) || !own.some(one => one.finds.length === 0)
  })
  assert.deepEqual(lacking, [])
})
