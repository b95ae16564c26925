import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { gramsOf, mayHold, needleFrom } from './grams.ts'

test('a text that holds the needle is never turned down', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (before, needle, after) => {
        assert.ok(mayHold(gramsOf(before + needle + after), needleFrom(needle)))
      },
    ),
  )
})

test('most texts that do not hold it are', () => {
  const grams = gramsOf('c:\\windows\\system32\\cmd.exe /c whoami')
  const words = Array.from({ length: 1000 }, (_, index) => `word${index * 7919}`)
  assert.ok(words.filter(word => mayHold(grams, needleFrom(word))).length < 20)
})
