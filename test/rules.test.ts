import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Condition, namesFor, parseCondition } from '../detect/sigma/condition.ts'
import { compileRegex } from '../detect/sigma/regex.ts'
import { compileRules } from '../detect/index.ts'
import { eventRulesFrom, foundIn, openRules, ownRulesFolder, prepareEventRules, readCases } from '../rulebook/index.ts'
import { onlyCounted } from './only-counted.ts'

const book = openRules()
const { prepared, problems } = prepareEventRules()
const overEvents = compileRules(prepared.own)
const own = [...book.own.rules, ...overEvents.rules]
const all = [...own, ...book.own.correlations, ...overEvents.correlations]
const files = readCases(ownRulesFolder)
const titles = new Set(all.map(rule => rule.title))

test('our own rules are without fault', () =>
  assert.deepEqual([book.errors, problems, overEvents.errors], [[], [], []]))

test('rules over events are worth a confirmed verdict only where one event cannot be explained otherwise', () => {
  const conclusive = prepared.own.filter(rule => prepared.meanings.get(rule.id)?.conclusive === true)
  assert.deepEqual(
    conclusive.map(rule => [rule.title, prepared.meanings.get(rule.id)?.specific]),
    [['Program was started with the options of a mining program', 'mining']],
  )
})

test('ids and titles are unique', () => {
  assert.equal(new Set(all.map(rule => rule.id)).size, all.length)
  assert.equal(titles.size, all.length)
})

test('ATT&CK ids have the form of ids, and each rule has one', () => {
  const odd = own.filter(
    rule =>
      !rule.tags.some(tag => /^attack\.t\d{4}(\.\d{3})?$/.test(tag)) &&
      !rule.tags.some(tag => /^attack\.[a-z-]+$/.test(tag)),
  )
  assert.deepEqual(
    odd.map(rule => rule.title),
    [],
  )
  const wrong = own.flatMap(rule =>
    rule.tags.filter(tag => /^attack\.t/i.test(tag) && !/^attack\.t\d{4}(\.\d{3})?$/.test(tag)),
  )
  assert.deepEqual(wrong, [])
})

test('what speaks for innocence always has an answer', () => {
  const unsure = own.flatMap(rule =>
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
        assert.deepEqual(
          await foundIn(one, { facts: book.detector(), events: () => eventRulesFrom(prepared) }),
          [...one.finds].sort(),
        )
      })
  })

test('every rule has a case that it finds and a near-miss that it does not', () => {
  const cases = files.flatMap(({ cases }) => cases)
  const silent = onlyCounted(all)
  const lacking = [...titles].filter(title => {
    if (silent.has(title)) return false
    const own = cases.filter(one => one.rule === title)
    return !own.some(one => one.finds.length > 0) || !own.some(one => one.finds.length === 0)
  })
  assert.deepEqual(lacking, [])
})
