import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { languages } from '../../model/api/index.ts'

const console = join(import.meta.dirname, '..')
const folders = [
  ...new Set(
    globSync('{shell,parts,people,incident,detections,pages/*,pages/*/*}/words/*.json', { cwd: console }).map(dirname),
  ),
].sort()

test('every page and part has words', () => {
  assert.deepEqual(
    globSync('pages/*/', { cwd: console })
      .map(page => `${page.replace(/\/$/, '')}/words`)
      .sort(),
    folders.filter(folder => /^pages\/[^/]+\/words$/.test(folder)),
  )
})

for (const folder of folders)
  test(`${folder}: all languages say the same`, () => {
    const english = leaves(wordsIn(folder, 'en'))
    assert.ok(english.size > 0)
    for (const language of languages) {
      const found = leaves(wordsIn(folder, language))
      assert.deepEqual([...found.keys()].sort(), [...english.keys()].sort(), language)
      for (const [key, text] of found) {
        assert.ok(text.trim() !== '', `${language}: ${key} is empty`)
        assert.deepEqual(placesIn(text), placesIn(english.get(key) ?? ''), `${language}: ${key}`)
      }
    }
  })

test('Chinese and Japanese are not English that was left', () => {
  const left: string[] = []
  for (const folder of folders)
    for (const language of ['zh', 'ja'] as const)
      for (const [key, text] of leaves(wordsIn(folder, language)))
        if (!/[\u3040-\u30ff\u3400-\u9fff]/.test(text) && /[A-Za-z]{4,}.* .*[A-Za-z]{3,}/.test(withoutPlaces(text)))
          left.push(`${folder} ${language} ${key}: ${text}`)
  assert.deepEqual(left, [])
})

function wordsIn(folder: string, language: string): unknown {
  return JSON.parse(readFileSync(join(console, folder, `${language}.json`), 'utf8'))
}

function leaves(words: unknown, path = ''): Map<string, string> {
  if (typeof words === 'string') return new Map([[path, words]])
  assert.ok(typeof words === 'object' && words !== null, `${path} is neither text nor a group of texts`)
  return new Map(
    Object.entries(words).flatMap(([name, inner]) => [...leaves(inner, path === '' ? name : `${path}.${name}`)]),
  )
}

function placesIn(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}|<(\w+)>/g)].map(([, name = '', tag = '']) => name || tag).sort()
}

function withoutPlaces(text: string): string {
  return text.replaceAll(/\{\{[^}]*\}\}/g, '')
}
