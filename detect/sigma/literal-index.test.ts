import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compileRules, evaluate } from './compile.ts'
import { parseRules } from './parse.ts'

test('the index loses no match: a rule that cannot be indexed says the same', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'Σ', '*', '?', '-'), minLength: 1, maxLength: 6 })
  const key = fc.constantFrom(
    'f',
    'g',
    'f|contains',
    'g|startswith',
    'f|endswith',
    'f|contains|all',
    'f|windash',
    'g|neq',
    'f|cased',
    'f|base64',
    '',
  )
  const selection = fc.oneof(
    fc.dictionary(key, fc.array(word, { minLength: 1, maxLength: 3 }), { minKeys: 1, maxKeys: 3 }),
    fc.array(fc.dictionary(key, word, { minKeys: 1, maxKeys: 2 }), { minLength: 1, maxLength: 3 }),
    fc.array(word, { minLength: 1, maxLength: 2 }),
  )
  const condition = fc.constantFrom(
    's1',
    's1 and s2',
    's1 or s2',
    'not s1',
    's1 and not s2',
    '1 of s*',
    'all of s*',
    '2 of s*',
    's1 or not s3',
  )
  const value = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'Σ', 'ς', '-', '/'), maxLength: 10 })
  fc.assert(
    fc.property(selection, selection, selection, condition, value, value, (s1, s2, s3, text, f, g) => {
      const rules = ['indexed', 'plain'].map(id => {
        const never = id === 'plain' ? { never: { 'f|re': 'nowhere$' } } : {}
        const detection = { s1, s2, s3, ...never, condition: id === 'plain' ? `(${text}) or never` : text }
        return JSON.stringify({ id, title: id, logsource: { category: 'x' }, detection })
      })
      const ruleSet = compileRules(parseRules(rules.join('\n---\n')).rules)
      const found = evaluate(ruleSet, { f, g }, { category: 'x' }).map(({ rule }) => rule.id)
      assert.ok(found.length === 0 || found.length === ruleSet.rules.length, `${found} for ${rules[0]}`)
    }),
    { numRuns: 3000 },
  )
})
