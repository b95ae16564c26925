import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { type JudgingRule, ruleMeaning } from './judge.ts'
import { assess, planned } from './scan.ts'

const minute = (at: number) => new Date(Date.UTC(2026, 5, 1, 0, at)).toISOString()
const file = (path: string, at: number, more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'file',
    type: 'file',
    path,
    name: path,
    ownership: 'unowned',
    size: 9,
    uid: 33,
    user: 'deploy',
    created: minute(at),
    changed: minute(at),
    modified: minute(at),
    sha256: `hash of ${path}`,
    ...more,
  })
const rule = (id: string, meaning: object, tags: string[] = []): JudgingRule => ({
  id,
  title: id,
  level: 'high',
  tags,
  meaning: ruleMeaning.parse({ because: '{path}', ...meaning }),
})
const shell = rule('shell', { class: 'access' }, ['attack.t1505.003'])
const loader = rule('loader', { class: 'persistence', specific: 'concealment' }, ['attack.t1505.003'])
const miner = rule('miner', { class: 'execution', specific: 'mining', conclusive: true })
const byName: readonly [string, JudgingRule][] = [
  ['/shell', shell],
  ['/page', loader],
  ['/miner', miner],
]

function assessed(facts: readonly Fact[]) {
  return assess({
    facts,
    gaps: [],
    live: true,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: minute(60),
    detect: event => byName.filter(([name]) => String(event['path']).includes(name)).map(([, one]) => one),
  })
}

function planOf(facts: readonly Fact[]) {
  const options = { root: '/', live: true, reinstall: false, blockSeconds: 60 }
  return planned(assessed(facts), ['confirmed', 'suspected'], options)
}

const waysOf = (facts: readonly Fact[]) =>
  assessed(facts).incidents.flatMap(one =>
    one.entryPoints.map(({ what, confidence, because }) => `${what} ${confidence}: ${because}`),
  )

const cases: readonly [string, readonly Fact[], readonly string[]][] = [
  [
    'a shell that is older than the miner is how it came',
    [file('/srv/www/shell.php', 3), file('/var/tmp/.x/miner', 8)],
    [`web-shell high: /srv/www/shell.php runs what a visitor sends, since ${minute(3)}, before the other traces`],
  ],
  [
    'one that is younger is a way back in',
    [file('/srv/www/shell.php', 9), file('/var/tmp/.x/miner', 1)],
    [`web-shell medium: /srv/www/shell.php runs what a visitor sends, since ${minute(9)}, later than other traces`],
  ],
  [
    'one alone says no more than that it is there',
    [file('/srv/www/shell.php', 9)],
    [`web-shell medium: /srv/www/shell.php runs what a visitor sends, since ${minute(9)}`],
  ],
  [
    'a page that loads a hidden file is not what a visitor talks to',
    [file('/srv/www/page.php', 3, { injected: [{ line: 1, text: 'x' }] }), file('/var/tmp/.x/miner', 8)],
    ['unknown low: no exposed service, password login or web-server parent was found'],
  ],
]
for (const [name, facts, expected] of cases) test(name, () => assert.deepEqual(waysOf(facts), expected))

test('a shell goes into quarantine, of a page only what was put into it goes, and who keeps the page is told', () => {
  const plan = planOf([
    file('/srv/www/shell.php', 3, { workTree: '/srv/www' }),
    file("/srv/it's/page.php", 3, {
      workTree: "/srv/it's",
      injected: [
        { line: 1, text: '<?php eval', replacement: '<?php' },
        { line: 9, text: 'eval(x);' },
      ],
    }),
    file('/usr/share/app/page.php', 3, {
      ownership: 'modified',
      package: 'app',
      injected: [{ line: 2, text: 'eval(x);' }],
    }),
    file('/usr/share/app/shell.php', 3, { ownership: 'modified', package: 'app' }),
  ])
  assert.deepEqual(
    plan.actions
      .map(({ action }) =>
        'line' in action && 'path' in action
          ? `${action.kind} ${action.path}:${action.line}`
          : `${action.kind} ${'path' in action ? action.path : ''}`,
      )
      .toSorted(),
    [
      'quarantine-file /srv/www/shell.php',
      "remove-line /srv/it's/page.php:9",
      'remove-line /usr/share/app/page.php:2',
      "replace-line /srv/it's/page.php:1",
    ],
  )
  assert.deepEqual(
    plan.advice
      .map(({ command }) => command)
      .filter(command => command !== undefined)
      .toSorted(),
    [
      'apt-get install --reinstall -y app',
      "git -C '/srv/it'\\''s' log -- page.php; git -C '/srv/it'\\''s' status --short",
      'git -C /srv/www log -- shell.php; git -C /srv/www status --short',
    ],
  )
  assert.deepEqual(
    plan.skipped.map(({ what, why }) => `${what}: ${why}`),
    ['/usr/share/app/shell.php: it belongs to package app and was changed: reinstall the package'],
  )
})
