import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Condition, ConditionError, namesFor, parseCondition } from './condition.ts'

for (const [text, expected] of [
  ['a', 'a'],
  ['a or b and c', '(a or (b and c))'],
  ['a and b or c', '((a and b) or c)'],
  ['not a and b', '((not a) and b)'],
  ['not (a or b)', '(not (a or b))'],
  ['not not a', '(not (not a))'],
  ['a and not 1 of filter_*', '(a and (not 1 of filter_*))'],
  ['A AND NOT B OR C', '((A and (not B)) or C)'],
  ['all of them', 'all of them'],
  ['ALL OF THEM', 'all of them'],
  ['any of sel*', '1 of sel*'],
  ['2 of sel* and (x or(y))', '(2 of sel* and (x or y))'],
  ['not 1 of a* and not 1 of b*', '((not 1 of a*) and (not 1 of b*))'],
  ['a and b and c', '(a and b and c)'],
  ['all', 'all'],
  ['selection-1 or sel_2', '(selection-1 or sel_2)'],
] as const) {
  test(text, () => assert.equal(shown(parseCondition(text)), expected))
}

for (const text of [
  '',
  'and',
  'a and',
  'a b',
  '(a',
  'a)',
  '()',
  'not',
  '1 of',
  'a or or b',
  '0 of them',
  '(('.repeat(9999),
]) {
  test(`refused: ${text.slice(0, 20)}`, () => assert.throws(() => parseCondition(text), ConditionError))
}

test('an aggregation is said to be unsupported', () => {
  assert.throws(
    () => parseCondition('selection | count() by user > 5'),
    (error: unknown) => error instanceof ConditionError && error.unsupported,
  )
})

for (const [pattern, expected] of [
  ['them', ['selection', 'sel_a', 'sel_b', 'filter']],
  ['sel*', ['selection', 'sel_a', 'sel_b']],
  ['*_a', ['sel_a']],
  ['sel', []],
  ['_*', ['_helper']],
  ['*', ['selection', 'sel_a', 'sel_b', 'filter']],
] as const) {
  test(`names for ${pattern}`, () =>
    assert.deepEqual(namesFor(pattern, ['selection', 'sel_a', 'sel_b', 'filter', '_helper']), expected))
}

test('no input makes the parser throw anything else', () => {
  const word = fc.constantFrom('a', 'b*', 'and', 'or', 'not', '(', ')', '1', 'all', 'of', 'them', '|', '\n', 'NOT')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word).map(words => words.join(' ')),
        fc.string(),
      ),
      text => {
        try {
          parseCondition(text)
        } catch (error) {
          assert.ok(error instanceof ConditionError)
        }
      },
    ),
  )
})

test('what is written is what is read', () => {
  const { tree } = fc.letrec<{ tree: Condition }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('a', 'b', 'c').map(name => ({ kind: 'name', name }) as const),
      fc.record({ kind: fc.constantFrom('and', 'or'), parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ kind: fc.constant('not'), part: tie('tree') }),
    ),
  }))
  fc.assert(fc.property(tree, condition => assert.equal(shown(parseCondition(shown(condition))), shown(condition))))
})

function shown(condition: Condition): string {
  if (condition.kind === 'name') return condition.name
  if (condition.kind === 'of') return `${condition.count} of ${condition.pattern}`
  if (condition.kind === 'not') return `(not ${shown(condition.part)})`
  return `(${condition.parts.map(shown).join(` ${condition.kind} `)})`
}
