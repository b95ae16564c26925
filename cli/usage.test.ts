import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryTree } from './temporary-tree.ts'

for (const [words, says] of [
  [['scna'], /unknown command 'scna'[\s\S]*Did you mean scan/],
  [['scan', '--rot', '/x'], /unknown option '--rot'[\s\S]*--root/],
  [['scan', '--traffic'], /--observe 60s --traffic/],
  [['scan', '--observe', 'soon'], /Write a duration such as 60s/],
  [['scan', '--root', '/does/not/exist'], /There is no directory \/does\/not\/exist/],
  [['scan', '--root', '/', '--rules', '/does/not/exist'], /no file or folder/],
  [['plan', '--include', 'everything'], /there is --include suspected/],
  [['undo'], /there is no such run/],
  [['undo', 'x', '--action', '0'], /whole number from 1/],
  [['runs', '../../etc'], /no run/],
  [['explain', 'abcdef'], /nothing is known of abcdef/],
  [['report'], /run \S+ scan first/],
  [['quarantine', 'show', 'abc'], /the quarantine has no abc/],
  [['block', 'add', 'pool.example'], /give the address/],
  [['allow', 'add', '--path', '/x'], /--reason/],
  [['allow', 'add', '--reason', 'because'], /this would allow everything/],
  [['allow', 'add', '--path', 'x', '--reason', 'because'], /a whole path/],
  [['allow', 'add', '--sha256', '12', '--reason', 'because'], /64 hex digits/],
  [['allow', 'add', '--path', '/x', '--reason', 'because', '--expires', '2001-01-01'], /in the past/],
  [['rules', 'eval', '/does/not/exist', '-'], /no file or folder/],
  [['completion', 'tcsh'], /bash, zsh and fish/],
] as const)
  test(`davylamp ${words.join(' ')}: 64, and the message says what to do`, t => {
    const ended = temporaryTree(t, {}).davylamp(words)
    assert.equal(ended.status, 64, ended.stdout + ended.stderr)
    assert.match(ended.stderr, says)
    assert.equal(ended.stdout, '')
  })

for (const words of [['--help'], ['clean', '--help'], ['allow', 'add', '--help'], ['rules', 'eval', '--help']])
  test(`davylamp ${words.join(' ')} shows examples and every exit status`, t => {
    const { status, stdout } = temporaryTree(t, {}).davylamp(words)
    assert.equal(status, 0)
    assert.match(stdout, /Examples:\n {2}davylamp /)
    for (const code of [0, 10, 20, 30, 64, 70, 77]) assert.match(stdout, new RegExp(`^ {2}${code} `, 'm'))
  })

test('--version prints the version and nothing else', t => {
  assert.match(temporaryTree(t, {}).davylamp(['--version']).stdout, /^\d+\.\d+\.\d+\n$/)
})

for (const shell of ['bash', 'zsh', 'fish'])
  test(`completion for ${shell} knows commands and options`, t => {
    const { status, stdout } = temporaryTree(t, {}).davylamp(['completion', shell])
    assert.equal(status, 0)
    for (const word of ['quarantine', 'restore', 'observe', 'later-looks']) assert.match(stdout, new RegExp(word))
  })
