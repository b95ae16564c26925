import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languages, reasons } from '../message.ts'
import { preview } from '../preview.ts'
import { now } from '../testing/sample.ts'
import { wordsOf } from './index.ts'

const english = leaves(wordsOf.en)

function leaves(value: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
      typeof one === 'object' && one !== null
        ? [...leaves(one, `${path}${name}/`)]
        : [[`${path}${name}`, String(one)] as const],
    ),
  )
}

for (const language of languages)
  test(`${language} says all that English says, with the same blanks`, () => {
    const own = leaves(wordsOf[language])
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort())
    assert.deepEqual(Object.keys(wordsOf[language].reasons).sort(), [...reasons].sort())
    for (const [path, text] of own) {
      assert.notEqual(text.trim(), '', path)
      const blanks = (words: string) => [...new Set(words.match(/\{[^}]*\}/g) ?? [])].sort()
      assert.deepEqual(blanks(text), blanks(english.get(path) ?? ''), path)
      if (language !== 'en' && text.replace(/\{[^}]*\}/g, '').length > 14)
        assert.notEqual(text, english.get(path), `${path} is not translated`)
    }
  })

for (const language of languages)
  for (const what of reasons)
    test(`${what} in ${language} leaves no blank`, () => {
      const shown = preview(what, language, 'https://center.example/alerts/1', now)
      for (const text of Object.values(shown)) {
        assert.doesNotMatch(text, /\{[a-z]+\}|undefined|null|NaN/)
        assert.notEqual(text.trim(), '')
      }
      if (what === 'digest') assert.match(shown.text, /27/, 'and 27 more of 40')
    })
