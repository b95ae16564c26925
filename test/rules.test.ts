import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Condition, namesFor, parseCondition } from '../detect/sigma/condition.ts'
import { compileRegex } from '../detect/sigma/regex.ts'
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

test('what speaks for innocence always has an answer', () => {
  const unsure = book.own.rules.flatMap(rule =>
    rule.conditions
      .flatMap(text => denied(parseCondition(text), Object.keys(rule.detections), false))
      .flatMap(name => patternsIn(rule.detections[name]))
      .filter(pattern => compileRegex(pattern).engine === 'bounded')
      .map(pattern => `${rule.title}: ${pattern}`),
  )
  assert.deepEqual(unsure, [])
})

/** Selections whose match keeps a rule from matching. */
function denied(condition: Condition, names: readonly string[], under: boolean): string[] {
  if (condition.kind === 'not') return denied(condition.part, names, !under)
  if (condition.kind === 'name') return under ? [condition.name] : []
  if (condition.kind === 'of') return under ? [...namesFor(condition.pattern, [...names])] : []
  return condition.parts.flatMap(part => denied(part, names, under))
}

function patternsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(patternsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    /\|re\b/.test(key) ? [inner].flat().map(String) : patternsIn(inner),
  )
}

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
