import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const folder = resolve(import.meta.dirname, '../../docs')
const page = readFileSync(join(folder, 'threat-model.md'), 'utf8')

/** `[name of a test](../path/to/its.test.ts)` */
const named = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)\s]+\.test\.ts)\)/g)]
  .map(([, name = '', path = '']) => ({ name, path }))
  .filter(({ name, path }) => !path.endsWith(name))

test('the threat model names tests, for each attacker', () => {
  const attackers = page.split(/^## (?=[A-Z]\. )/m).slice(1)
  assert.ok(attackers.length >= 7)
  for (const attacker of attackers) {
    const tests = [...attacker.matchAll(/\]\(\.\.\/[^)\s]+\.test\.ts\)/g)]
    assert.ok(tests.length >= 4, `${attacker.split('\n')[0]} names ${tests.length}`)
  }
})

for (const { name, path } of named)
  test(`${path} has: ${name}`, () => {
    const file = join(folder, path)
    assert.ok(existsSync(file), `there is no ${path}`)
    assert.ok(
      titlesIn(readFileSync(file, 'utf8')).some(title => title.test(name)),
      `${path} has no test of that name. Correct the name in docs/threat-model.md, or say what stops this attacker now.`,
    )
  })

/** The titles of all tests in a file; of a template the fixed parts. */
function titlesIn(text: string): RegExp[] {
  return [...text.matchAll(/\btest\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g)].flatMap(
    ([, single, double, template]) => {
      const title = single ?? double ?? template ?? ''
      const parts = template === undefined ? [title] : title.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/)
      // A title that is all placeholder would agree with anything.
      if (parts.join('').trim().length < 5) return []
      return [new RegExp(`^${parts.map(one => escaped(one.replace(/\\(.)/g, '$1'))).join('.+')}$`)]
    },
  )
}

/** Without the difference between typewriter and printed apostrophes. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/['’]/g, "['’]")
}
