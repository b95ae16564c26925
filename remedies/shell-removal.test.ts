import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { isShellFile, shellRemoval } from './shell-removal.ts'

const refused = { refused: true }

for (const [text, first, last, expected] of [
  ['a\nevil\nb\n', 1, 1, 'a\nb\n'],
  ['if true; then\n  evil\nfi\n', 1, 1, 'if true; then\n  :\nfi\n'],
  ['if true; then\n  evil\n  good\nfi\n', 1, 1, 'if true; then\n  good\nfi\n'],
  ['if a; then b\nelse\n evil & \nfi\n', 2, 2, 'if a; then b\nelse\n :\nfi\n'],
  ['f() {\n\tevil \\\n\t\t--more\n}\n', 1, 2, 'f() {\n\t:\n}\n'],
  ['for i in 1; do\n evil\ndone\n', 1, 1, 'for i in 1; do\n :\ndone\n'],
  ['{\nevil\n} 2>/dev/null\n', 1, 1, '{\n:\n} 2>/dev/null\n'],
  ['(\nevil\n)\n', 1, 1, '(\n:\n)\n'],
  ['a &&\n evil\nb\n', 1, 1, 'a &&\n :\nb\n'],
  ['a |\nevil |\nb\n', 1, 1, 'a |\n: |\nb\n'],
  ['ls() {\n command ls | grep -v x\n}\n', 0, 0, 'davylamp_removed() {\n command ls | grep -v x\n}\n'],
  ['function ps\n{\n x\n}\n', 0, 0, 'davylamp_removed()\n{\n x\n}\n'],
  ['if evil; then\n x\nfi\n', 0, 0, 'if false; then\n x\nfi\n'],
  ['until evil\ndo\n x\ndone\n', 0, 0, 'until :\ndo\n x\ndone\n'],
  ['if a; then :\nelif evil; then\n x\nfi\n', 1, 1, 'if a; then :\nelif false; then\n x\nfi\n'],
  ['case x in\n a)\n  evil\n ;;\nesac\n', 2, 2, 'case x in\n a)\n ;;\nesac\n'],
  ['case x in\n a) evil ;;\nesac\n', 1, 1, 'case x in\nesac\n'],
  ['case x in\n a) evil\n ;;\nesac\n', 1, 1, 'case x in\n a)\n ;;\nesac\n'],
  ['case x in\n a)\n evil ;;\nesac\n', 2, 2, 'case x in\n a)\n ;;\nesac\n'],
  ['case x in\n a) b &&\n evil ;;\nesac\n', 2, 2, 'case x in\n a) b &&\n : ;;\nesac\n'],
  ['cat <<E | sh\nevil\nE\n', 1, 1, 'cat <<E | sh\nE\n'],
  ['cat <<E | sh\nevil\nE\n', 0, 0, refused],
  ['cat <<E | sh\nevil\nE\nb\n', 0, 2, 'b\n'],
  ["x='a\nevil'\n", 1, 1, refused],
  ['x=$(\nif a; then\nevil\nfi)\n', 2, 2, refused],
  ["x='a\nevil\nb'\n", 1, 1, "x='a\nb'\n"],
  ['( evil\n)\n', 0, 0, refused],
  ['a \\\n| evil\n', 1, 1, refused],
  ['if true; then\n  evil', 1, 1, 'if true; then\n'],
] as const) {
  test(`without lines ${first}-${last} of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(without(text, first, last) ?? refused, expected)
  })
}

test('which files a shell reads', () => {
  const named = (path: string, text = '') => isShellFile(path, text)
  assert.deepEqual(
    [named('/root/.bashrc'), named('/etc/profile.d/x.sh'), named('/x', '#!/usr/bin/env bash\n'), named('/etc/crontab')],
    [true, true, true, false],
  )
})

function without(text: string, first: number, last: number): string | undefined {
  const decided = shellRemoval(text, first, last)
  if (typeof decided === 'object' && 'refused' in decided) return undefined
  const lines = text.split('\n')
  const atEnd = last === lines.length - 1
  const put = decided === 'take' ? (atEnd ? [''] : []) : [decided.replacement]
  return lines.toSpliced(first, last - first + 1, ...put).join('\n')
}

const word = fc.constantFrom(
  'a',
  'true',
  '"b c"',
  "'it\ns'",
  '$(d; e)',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's own
  '"${f:-g}"',
  '`h`',
  'x=1',
  'z=(1 2)',
  '$((1 + 2))',
)
const simple = fc
  .tuple(
    fc.constantFrom('evil', 'good', '! run', 'x=1', '[[ -n $a && b < c ]]', '[ -z x ]'),
    fc.array(word, { maxLength: 2 }),
  )
  .map(([first, more]) => [first, ...more.filter(one => one !== 'z=(1 2)')].join(' '))
const { script } = fc.letrec<{ command: string; script: string }>(tie => ({
  command: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    simple.map(one => `${one} # it's "`),
    simple.map(one => `${one} >/dev/null 2>&1 &`),
    simple.map(one => `cat <<'END' | sh\n${one}\n$(\nEND`),
    fc
      .tuple(simple, fc.constantFrom('&&', '||', '|'), fc.constantFrom(' ', '\n', ' \\\n'), simple)
      .map(all => all.join(' ')),
    fc.tuple(simple, tie('script')).map(([condition, body]) => `if ${condition}; then\n${body}\nfi`),
    fc.tuple(simple, tie('script'), tie('script')).map(([one, a, b]) => `if ${one}\nthen ${a}\nelse\n${b}\nfi`),
    fc.tuple(simple, tie('script')).map(([one, body]) => `if ${one}; then :\nelif ${one}; then\n${body}\nfi`),
    tie('script').map(body => `for i in 1 2; do\n${body}\ndone`),
    fc.tuple(simple, tie('script')).map(([one, body]) => `while ${one}\ndo ${body}\ndone < x`),
    tie('script').map(body => `f() {\n${body}\n}`),
    tie('script').map(body => `g()\n{ ${body}\n}`),
    tie('script').map(body => `(\n${body}\n) | cat`),
    tie('script').map(body => `case $1 in\n  a|b) ${body}\n  ;;\n  (*)\n${body} ;;\nesac`),
  ),
  script: fc.array(tie('command'), { minLength: 1, maxLength: 3 }).map(commands => commands.join('\n')),
}))

test('a script that a shell accepts is accepted without any of its lines', () => {
  let checked = 0
  let refusals = 0
  const run = (text: string) =>
    spawnSync('bash', ['-n'], { input: text, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, encoding: 'utf8' })
  fc.assert(
    fc.property(script, text => {
      const lines = `${text}\n`
      if (run(lines).status !== 0) return
      for (let at = 0; at < lines.split('\n').length - 1; at++) {
        const left = without(lines, at, at)
        checked++
        if (left === undefined) refusals++
        else if (run(left).status !== 0) assert.fail(`line ${at}:\n${lines}---\n${left}${run(left).stderr}`)
      }
    }),
    { numRuns: 60 },
  )
  assert.ok(checked > 100 && refusals < checked * 0.7, `${refusals} of ${checked} refused`)
})

test('any text is read in no time', () => {
  const piece = fc.constantFrom(
    'if ',
    'fi',
    '\n',
    '$(',
    '"',
    "'",
    '`',
    '{',
    '}',
    '(',
    ')',
    '<<E',
    ';;',
    'case x in',
    '((',
    '[[ ',
  )
  const any = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map(all => all.join('')),
  )
  fc.assert(
    fc.property(any, fc.nat(20), (text, line) => void shellRemoval(text, line, line)),
    { numRuns: 500 },
  )
  const started = Date.now()
  for (const one of ['$(', '"`', '((', '<<E\n', '{ ', '[[ ']) shellRemoval(one.repeat(20_000), 0, 0)
  assert.ok(Date.now() - started < 4_000)
})
