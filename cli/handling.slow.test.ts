import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { infectedFiles, temporaryTree } from './temporary-tree.ts'

test('plan --handling and --finding: less is planned, and the plan says what stays', t => {
  const tree = temporaryTree(t, infectedFiles)
  const look = ['--root', tree.root]
  const whole = tree.document('plan', ['plan', ...look])
  const same = tree.document('plan', ['plan', ...look, '--handling', 'in-depth'])
  assert.equal(same.id, whole.id)
  const less = tree.document('plan', ['plan', ...look, '--handling', 'terminate'])
  // Nothing runs on a tree.
  assert.deepEqual(less.actions, [])
  const scan = tree.document('scan', ['scan', ...look])
  const cron = scan.findings.find(one => 'path' in one.fact && one.fact.path === '/var/spool/cron/crontabs/root')
  const one = tree.document('plan', ['plan', ...look, '--finding', cron?.id ?? ''])
  assert.deepEqual(
    one.actions.map(({ action }) => [action.kind, 'path' in action ? action.path : '']),
    [['remove-line', '/var/spool/cron/crontabs/root']],
  )
  assert.match(
    one.advice.map(two => two.text).join('\n'),
    /It stays and will start it again: systemd unit .*xm\.service/,
  )
  assert.equal(tree.davylamp(['clean', ...look, '--finding', cron?.id ?? '', '--yes']).status, 30)
  assert.equal(readFileSync(join(tree.root, '/var/spool/cron/crontabs/root'), 'utf8'), '0 3 * * * /usr/bin/true\n')
  assert.equal(existsSync(join(tree.root, '/tmp/.x/xm')), true)
})

for (const [words, says] of [
  [['--handling', 'nuke'], /there are terminate, terminate-and-quarantine, in-depth/],
  [['--finding', 'abcdef'], /has a finding abcdef/],
] as const)
  test(`plan ${words.join(' ')}: 64, and the message says what to do`, t => {
    const tree = temporaryTree(t, infectedFiles)
    const ended = tree.davylamp(['plan', '--root', tree.root, ...words])
    assert.equal(ended.status, 64, ended.stdout + ended.stderr)
    assert.match(ended.stderr, says)
  })

const order = '0198a3f2-0000-7000-8000-000000000001'

test('clean for an order: the journal names it; a plan beyond the bounds is refused and nothing is changed', t => {
  const tree = temporaryTree(t, infectedFiles)
  const clean = ['--json', 'clean', '--root', tree.root, '--yes', `--order=${order}`]
  for (const [bound, refusal] of [
    ['--limit-actions=1', 'local-policy'],
    ['--never-touch=/var/spool', 'protected'],
  ] as const) {
    const ended = tree.davylamp([...clean, bound])
    assert.equal(ended.status, 30)
    assert.deepEqual(
      { ...JSON.parse(ended.stdout), reason: undefined },
      { format: 'davylamp-refused', version: 1, refusal, reason: undefined },
    )
    assert.equal(existsSync(join(tree.state, 'runs')), false)
  }
  assert.equal(tree.davylamp([...clean.slice(0, -1), '--order=x; rm']).status, 64)
  assert.equal(existsSync(join(tree.root, '/tmp/.x/xm')), true)
  const run: { id: string } = JSON.parse(tree.davylamp([...clean, '--never-touch=/srv']).stdout)
  const [head = ''] = readFileSync(join(tree.state, 'runs', run.id, 'journal.jsonl'), 'utf8').split('\n')
  assert.match(JSON.parse(head).program, new RegExp(`^davylamp \\S+ order ${order}$`))
  assert.equal(tree.davylamp(['--json', 'undo', run.id, '--yes', '--never-touch=/tmp']).status, 30)
  assert.equal(existsSync(join(tree.root, '/tmp/.x/xm')), false)
})
