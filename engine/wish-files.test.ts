import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { ruleMeaning } from './judge.ts'
import { assess, planned } from './scan.ts'

const meaning = ruleMeaning.parse({
  class: 'concealment',
  specific: 'concealment',
  conclusive: true,
  because: 'it hides',
})
const recordedDigest = `md5:${'ab'.repeat(16)}`
const sha256 = 'cd'.repeat(32)
const copy = (path: string, agrees = true) => ({ path, agrees, sha256 })
const file = (path: string) =>
  factWith({ kind: 'file', path, name: path.slice(9), type: 'file', sha256, ownership: 'unowned', traits: ['elf'] })

/** What a plan does to the files when a package's command is gone and these are seen as what it was. */
function plan(originals: readonly ReturnType<typeof copy>[]): string[] {
  const command = factWith({
    kind: 'command-integrity',
    path: '/usr/bin/chattr',
    name: 'chattr',
    package: 'e2fsprogs',
    state: 'missing',
    ownership: 'owned',
    recordedDigest,
    originals: [...originals],
  })
  const facts: Fact[] = [command, ...originals.map(one => file(one.path))]
  const assessment = assess({
    facts,
    gaps: [],
    live: true,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-01T00:00:00Z',
    detect: event =>
      event['kind'] === 'command-integrity' || event['kind'] === 'file'
        ? [{ id: 'r', title: 'r', level: 'critical', tags: [], meaning }]
        : [],
  })
  const options = { root: '/', live: true, reinstall: false, blockSeconds: 60 }
  return planned(assessment, ['confirmed'], options).actions.map(({ action }) =>
    action.kind === 'restore-command'
      ? `${action.from} becomes ${action.path}`
      : `${action.kind} ${JSON.stringify(action).match(/"path":"([^"]+)"/)?.[1]}`,
  )
}

for (const [what, originals, expected] of [
  ['one intruder renamed it', [copy('/usr/bin/tntrecht')], ['/usr/bin/tntrecht becomes /usr/bin/chattr']],
  [
    'another had copied it before: the copy goes',
    [copy('/usr/bin/lockr'), copy('/usr/bin/tntrecht')],
    ['quarantine-file /usr/bin/tntrecht', '/usr/bin/lockr becomes /usr/bin/chattr'],
  ],
  [
    'what is not as its package installed it stays for a person to judge',
    [copy('/usr/bin/chattr.bak', false), copy('/usr/bin/tntrecht')],
    ['/usr/bin/tntrecht becomes /usr/bin/chattr'],
  ],
] as const)
  test(`a command that is gone: ${what}`, () => assert.deepEqual(plan(originals), expected))
