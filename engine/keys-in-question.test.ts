import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AllowEntry, Run } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { ruleMeaning } from './judge.ts'
import { proofOf } from './proof.ts'
import { assess, planned } from './scan.ts'

const at = '2026-06-01T00:00:00Z'
/** The file was renamed: its birth is that of a package's command. */
const installed = '2025-09-01T00:00:00Z'
const later = '2026-06-01T00:04:00Z'
const meaning = ruleMeaning.parse({ class: 'execution', specific: 'mining', conclusive: true, because: 'it mines' })
const rule = { id: 'r', title: 'r', level: 'critical' as const, tags: [], meaning }
const miner = factWith({
  kind: 'file',
  path: '/tmp/.x/m',
  name: 'm',
  type: 'file',
  ownership: 'unowned',
  changed: at,
  traits: ['elf'],
})
const key = (line: number, fingerprint: string, modified: string) =>
  factWith({
    kind: 'login-key',
    path: '/root/.ssh/authorized_keys',
    line,
    text: fingerprint,
    user: 'root',
    fingerprint,
    modified,
  })

function assessed(facts: Parameters<typeof assess>[0]['facts'], allow: readonly AllowEntry[] = []) {
  return assess({
    facts,
    gaps: [],
    live: true,
    allow,
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-02T00:00:00Z',
    detect: event => (event['path'] === '/tmp/.x/m' || event['fingerprint'] === 'SHA256:bad' ? [rule] : []),
  })
}

const allowed: AllowEntry = {
  id: 'a',
  fingerprint: 'SHA256:mine',
  reason: 'the new administrator',
  author: 'anna',
  created: at,
  expires: 'never',
}
const run: Run = {
  format: 'davylamp-run',
  version: 1,
  id: 'r',
  at: later,
  plan: 'p',
  root: '/',
  live: true,
  state: 'complete',
  incidents: [],
  actions: [],
}

for (const [what, keys, allow, asked, result] of [
  ['came in the same minutes', [key(1, 'SHA256:mine', later)], [], true, 'left'],
  ['has been there for long', [key(1, 'SHA256:mine', '2026-01-01T00:00:00Z')], [], false, 'clean'],
  ['came when the host was installed', [key(1, 'SHA256:mine', installed)], [], false, 'clean'],
  ['is allowed by its fingerprint', [key(1, 'SHA256:mine', later)], [allowed], false, 'clean'],
  [
    'lies beside one that is accused, which explains the time',
    [key(1, 'SHA256:mine', later), key(2, 'SHA256:bad', later)],
    [],
    true,
    'clean',
  ],
] as const)
  test(`a key that ${what}: ${asked ? 'asked about' : 'not asked about'}, ${result}`, () => {
    const before = assessed([miner, ...keys], allow)
    const plan = planned(before, ['confirmed'], { root: '/', live: true, reinstall: false, blockSeconds: 60 })
    const after = assessed(
      keys.filter(one => one.kind === 'login-key' && one.fingerprint !== 'SHA256:bad'),
      allow,
    )
    const incidents = before.incidents.filter(one => one.verdict === 'confirmed')
    const proof = proofOf({
      run,
      before: incidents,
      after,
      gaps: [],
      respawned: [],
      watchedSeconds: 0,
      at: later,
      laterLooks: [],
    })
    assert.deepEqual([plan.advice.some(({ text }) => text.includes('Whose keys')), proof.result], [asked, result])
  })
