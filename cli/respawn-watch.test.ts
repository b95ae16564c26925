import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Run } from '../model/index.ts'
import { mountedTree } from '../target/index.ts'
import { watchForReturn } from './respawn-watch.ts'
import { cleanFiles, temporaryTree } from './temporary-tree.ts'

const job = '* * * * * root /tmp/x'

test('a file and a line that come back are named; what never left is not', async t => {
  const { root } = temporaryTree(t, cleanFiles)
  const done = (number: number, action: Run['actions'][number]['action']) =>
    ({ number, phase: 'remove', action, reason: 'test', outcome: 'done', undoable: true }) as const
  const run: Run = {
    format: 'davylamp-run',
    version: 1,
    id: 'R',
    at: '2026-01-01T00:00:00Z',
    plan: 'p',
    root,
    live: false,
    state: 'complete',
    incidents: [],
    actions: [
      done(1, { kind: 'quarantine-file', path: '/tmp/x' }),
      done(2, { kind: 'remove-line', path: '/etc/crontab', line: 1, text: job }),
      done(3, { kind: 'quarantine-file', path: '/tmp/never' }),
    ],
  }
  const target = mountedTree(root)
  t.after(() => target.close())
  const watching = watchForReturn(target, run, [], 2, () => {})
  await pause(300)
  mkdirSync(join(root, 'tmp'))
  writeFileSync(join(root, 'tmp/x'), '')
  writeFileSync(join(root, 'etc/crontab'), `${job}\n`)
  assert.deepEqual(await watching, ['/tmp/x', `line in /etc/crontab: ${job}`])
})
