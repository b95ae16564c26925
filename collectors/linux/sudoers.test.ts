import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sudoers } from './sudoers.ts'
import { parseSudoRule } from './sudoers-file.ts'
import { collected, surveyOf } from './survey-of.ts'

test('rules with includes and aliases', async () => {
  const files = {
    '/etc/sudoers': [
      'Defaults env_reset',
      'User_Alias ADMINS = alice, bob : OPS = carol',
      'root\tALL=(ALL:ALL) ALL',
      'ADMINS, %wheel ALL=(ALL) \\',
      '  NOPASSWD: /usr/bin/systemctl',
      '#1000 ALL=ALL # a uid',
      '# a comment ALL=ALL',
      '@includedir /etc/sudoers.d',
      '#include /etc/sudoers.local',
    ].join('\n'),
    '/etc/sudoers.d/90-x': {
      content: 'hilde ALL=(ALL) NOPASSWD:ALL\n',
      modified: '2026-02-01T00:00:00Z',
      attributes: ['immutable' as const],
    },
    '/etc/sudoers.d/README.txt': 'no ALL=ALL\n',
    '/etc/sudoers.local': 'OPS ALL=ALL\n#include /etc/sudoers\n',
  }
  const facts = (await collected(sudoers, surveyOf(files))).filter(fact => fact.kind === 'sudo-rule')
  assert.deepEqual(
    facts.map(({ path, line, user, command, noPassword }) => [path, line, user, command, noPassword]),
    [
      ['/etc/sudoers', 3, 'root', '(ALL:ALL) ALL', false],
      ['/etc/sudoers', 4, 'alice', '(ALL) NOPASSWD: /usr/bin/systemctl', true],
      ['/etc/sudoers', 4, 'bob', '(ALL) NOPASSWD: /usr/bin/systemctl', true],
      ['/etc/sudoers', 4, '%wheel', '(ALL) NOPASSWD: /usr/bin/systemctl', true],
      ['/etc/sudoers', 6, '#1000', 'ALL', false],
      ['/etc/sudoers.d/90-x', 1, 'hilde', '(ALL) NOPASSWD:ALL', true],
      ['/etc/sudoers.local', 1, 'carol', 'ALL', false],
    ],
  )
  assert.deepEqual(facts[5], {
    kind: 'sudo-rule',
    path: '/etc/sudoers.d/90-x',
    line: 1,
    text: 'hilde ALL=(ALL) NOPASSWD:ALL',
    user: 'hilde',
    command: '(ALL) NOPASSWD:ALL',
    noPassword: true,
    ownership: 'unowned',
    modified: '2026-02-01T00:00:00.000Z',
    ageDays: 0,
    attributes: ['immutable'],
  })
})

test('any text', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'ALL',
      '=',
      ',',
      ':',
      '\\',
      '"',
      '@include ',
      '#include /etc/sudoers',
      '%',
      'User_Alias A = A',
      '\n',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(word), async words => {
      parseSudoRule(words.join(''))
      await collected(sudoers, surveyOf({ '/etc/sudoers': words.join('') }))
    }),
  )
})

for (const hostile of [
  `${'a,'.repeat(30_000)}`,
  `${'"a" '.repeat(10_000)}=`,
  `${'\\ '.repeat(30_000)}`,
  ' '.repeat(60_000),
  `a ${' '.repeat(60_000)}x`,
]) {
  test(`${hostile.slice(0, 8)}… is no long work`, () => {
    const start = performance.now()
    parseSudoRule(hostile)
    assert.ok(performance.now() - start < 500)
  })
}
