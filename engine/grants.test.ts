import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { type Detect, type JudgingRule, ruleMeaning } from './judge.ts'
import { assess } from './scan.ts'

const at = '2026-05-20T10:00:00Z'
const installer = '/tmp/i.sh'
const file = (path: string, more: Record<string, unknown> = {}): Fact =>
  factWith({
    kind: 'file',
    path,
    type: 'file',
    ownership: 'unowned',
    mode: '0755',
    changed: at,
    traits: ['script'],
    ...more,
  })
const account = (more: Record<string, unknown> = {}): Fact =>
  factWith({
    kind: 'account',
    name: 'ops',
    path: '/etc/passwd',
    line: 40,
    uid: 1400,
    loginShell: true,
    password: 'set',
    homeCreatedAt: at,
    ...more,
  })
const root = account({ name: 'root', uid: 0, line: 1, system: true })
const key = (user: string, fingerprint: string): Fact =>
  factWith({ kind: 'login-key', path: `/home/${user}/.ssh/authorized_keys`, line: 1, user, fingerprint, modified: at })
const rule = (more: Record<string, unknown> = {}): Fact =>
  factWith({
    kind: 'sudo-rule',
    path: '/etc/sudoers.d/ops',
    line: 1,
    user: 'ops',
    ownership: 'unowned',
    modified: at,
    ...more,
  })
const grants = ['SHA256:a', 'account:ops']

const conclusive = judging('conclusive', 'high', { class: 'content', conclusive: true })
const young = judging('young', 'medium', { class: 'access' })
/** The installer is known to be one, and every sudo rule is young. */
const detect: Detect = event =>
  event['path'] === installer ? [conclusive] : event['kind'] === 'sudo-rule' ? [young] : []

for (const [name, facts, expected] of [
  [
    'an installer of root takes along the keys and the account that it makes, and who logs in there',
    [
      file(installer, { grants }),
      root,
      account(),
      key('root', 'SHA256:a'),
      key('ops', 'SHA256:b'),
      key('x', 'SHA256:c'),
    ],
    ['/etc/passwd', '/home/ops/.ssh/authorized_keys', '/home/root/.ssh/authorized_keys', installer],
  ],
  [
    'a script that anybody could write makes nobody else guilty',
    [file(installer, { grants, uid: 33 }), root, account(), key('root', 'SHA256:a')],
    [installer],
  ],
  [
    'accounts of the system are not made by a script',
    [file(installer, { grants }), account({ system: true, uid: 400 })],
    [installer],
  ],
  [
    'the account of a sudo rule that came in the same minutes',
    [file(installer), account(), rule(), key('ops', 'SHA256:b')],
    ['/etc/passwd', '/etc/sudoers.d/ops', '/home/ops/.ssh/authorized_keys', installer],
  ],
  [
    'an account that is older than its rule is left to a person',
    [file(installer), account({ homeCreatedAt: '2026-05-01T00:00:00Z' }), rule()],
    ['/etc/sudoers.d/ops', installer],
  ],
  [
    'an account and its rule that came days before stay',
    [
      file(installer),
      account({ homeCreatedAt: '2026-05-17T00:00:00Z' }),
      rule({ modified: '2026-05-17T00:01:00Z' }),
      key('ops', 'SHA256:b'),
    ],
    [installer],
  ],
] as const)
  test(name, () => assert.deepEqual(confirmedPaths(facts), expected))

function confirmedPaths(facts: readonly Fact[]): string[] {
  const { incidents } = assess({
    facts,
    gaps: [],
    live: true,
    detect,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-01T00:00:00Z',
  })
  const members = incidents.filter(one => one.verdict === 'confirmed').flatMap(one => one.members)
  return members.flatMap(one => ('path' in one && one.path !== undefined ? [one.path] : [])).sort()
}

function judging(id: string, level: JudgingRule['level'], meaning: object): JudgingRule {
  return { id, title: id, level, tags: [], meaning: ruleMeaning.parse(meaning) }
}
