import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertStatuses, languages, storyMoments, storyReasons } from '../../../model/api/index.ts'
import { action, factSchemas, levels, outcomes, phases } from '../../../model/index.ts'
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

/** Names that are the same everywhere. */
const same = new Set(['sections/attack', 'labels/cpu', 'labels/kernel', 'indicators/domain'])

for (const language of languages)
  test(`${language} says all that English says, with the same blanks`, () => {
    const own = leaves(wordsOf[language])
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort())
    for (const [path, text] of own) {
      assert.notEqual(text.trim(), '', path)
      const blanks = (words: string) => [...new Set(words.match(/\{[^}]*\}/g) ?? [])].sort()
      assert.deepEqual(blanks(text), blanks(english.get(path) ?? ''), path)
      if (language !== 'en' && !same.has(path) && text.replace(/\{[^}]*\}/g, '').length > 14)
        assert.notEqual(text, english.get(path), `${path} is not translated`)
      if (language === 'zh' || language === 'ja')
        assert.ok(same.has(path) || /[^\x00-\x7f]/.test(text) || /^\W*\{n\}\W*$/.test(text), `${path}: ${text}`)
    }
  })

test('there is a word for everything that the model knows', () => {
  const { en } = wordsOf
  for (const [words, known] of [
    [en.levels, levels],
    [en.statuses, alertStatuses],
    [en.facts, Object.keys(factSchemas)],
    [en.phases, phases],
    [en.outcomes, outcomes],
    [en.actions, action.options.map(one => one.shape.kind.value)],
    [en.moments, storyMoments],
    [en.reasons, storyReasons],
  ] as const)
    assert.deepEqual(Object.keys(words).sort(), [...known].sort())
})
