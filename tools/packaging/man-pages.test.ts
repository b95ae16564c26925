import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { commandsOfProgram, shownCommands } from './described-commands.ts'
import { manPages } from './man-pages.ts'

const tree = await commandsOfProgram()
const pages = manPages(tree, '0.1.0')
const checkers = [
  ['mandoc', ['-T', 'lint', '-W', 'warning']],
  ['groff', ['-man', '-ww', '-Tutf8', '-z', '-rF0']],
] as const

for (const page of pages)
  for (const [program, words] of checkers)
    test(`${page.name}(${page.section}) is a right page: ${program}`, t => {
      const done = spawnSync(program, words, {
        input: page.content,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      })
      if (done.error !== undefined) return t.skip(`there is no ${program}`)
      assert.equal(done.stdout, '')
      assert.equal(done.stderr, '')
    })

test('the page has every command that help shows, and none that it hides', () => {
  const [program] = pages
  const headings = [...(program?.content.matchAll(/^\.SS davylamp (.*)$/gm) ?? [])].map(([, name = '']) => name)
  const named = new Set(headings.map(one => one.replaceAll('\\-', '-').split(/ [<[]/)[0]))
  for (const command of shownCommands(tree)) {
    assert.ok(named.has(command.name()), command.name())
    for (const below of shownCommands(command)) assert.ok(named.has(`${command.name()} ${below.name()}`), below.name())
  }
  assert.equal(named.has('agent before-removal'), false)
})
