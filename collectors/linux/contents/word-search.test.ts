import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wordSearch } from './word-search.ts'

for (const [name, words, text, found] of [
  ['none', ['abcd', 'xyz'], 'nothing of it', []],
  ['at both ends', ['abc', 'xyz'], 'abc-xyz', ['abc', 'xyz']],
  ['the longer of two that begin together', ['rx/0', 'rx/0-long'], 'rx/0-longer', ['rx/0-long']],
  ['the first of two that overlap', ['abcd', 'cdef'], 'abcdef', ['abcd']],
  ['a word that would go on behind the end', ['abc', 'abcd'], 'abc', ['abc']],
  ['nothing in less than the shortest word', ['abc'], 'ab', []],
] as const) {
  test(name, () => assert.deepEqual([...wordSearch(words)(Buffer.from(text))], found))
}

test('finds what a regular expression of all words finds', () => {
  const letter = fc.constantFrom('a', 'b', 'c', '\xff')
  const word = fc.string({ unit: letter, minLength: 2, maxLength: 6 })
  const property = fc.property(
    fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
    fc.string({ unit: letter, maxLength: 200 }),
    (words, text) => {
      const pattern = new RegExp(words.toSorted((one, other) => other.length - one.length).join('|'), 'g')
      const expected = new Set(text.match(pattern) ?? [])
      assert.deepEqual(wordSearch(words)(Buffer.from(text, 'latin1')), expected)
    },
  )
  fc.assert(property, { numRuns: 500 })
})
