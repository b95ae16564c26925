import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cleanFiles, infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

/** Names, content, owner, mode and times of all that is below a folder. */
function listing(folder: string): string {
  const find = ['.', '-mindepth', '1', '-printf', '%P\\0%y%m %U %G %T@ %s\\n']
  const names = execFileSync('find', find, { cwd: folder, encoding: 'latin1' })
  const sums = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: folder, encoding: 'latin1' })
  const sorted = (text: string) => text.split('\n').sort().join('\n')
  // A directory's own time changes with its entries.
  return sorted(names.replace(/\0(d\S+ \S+ \S+) \S+ \S+/g, '\0$1')) + sorted(sums)
}

function crontab({ root }: TemporaryTree): string {
  return readFileSync(join(root, '/var/spool/cron/crontabs/root'), 'utf8')
}

test('without a terminal and without --yes nothing is changed: the plan, and exit status 30', t => {
  const tree = temporaryTree(t, infectedFiles)
  const before = listing(tree.root)
  const ended = tree.davylamp(['clean', '--root', tree.root])
  assert.equal(ended.status, 30)
  assert.match(ended.stdout, /^PLAN – \d+ actions against 1 incident\n/)
  assert.match(ended.stdout, /Nothing was changed\. To carry this out/)
  assert.equal(tree.document('plan', ['clean', '--root', tree.root]).actions.length > 3, true)
  assert.equal(listing(tree.root), before)
})

test('clean --yes removes it and proves it; undo brings back every byte', t => {
  const tree = temporaryTree(t, infectedFiles)
  const before = listing(tree.root)
  const ended = tree.davylamp(['clean', '--root', tree.root, '--yes'])
  assert.equal(ended.status, 0, ended.stdout + ended.stderr)
  assert.match(ended.stdout, /^CLEAN AND PROVEN – /)
  assert.equal(existsSync(join(tree.root, '/tmp/.x')), false)
  assert.equal(existsSync(join(tree.root, '/etc/systemd/system/xm.service')), false)
  assert.equal(crontab(tree), '0 3 * * * /usr/bin/true\n')
  assert.equal(readFileSync(join(tree.root, '/etc/crontab'), 'utf8'), cleanFiles['/etc/crontab'])
  const [run] = tree.document('runs', ['runs']).runs
  assert.deepEqual([run?.state, run?.proof?.result], ['complete', 'clean'])
  assert.equal(tree.davylamp(['scan', '--root', tree.root]).status, 0)
  assert.equal(tree.davylamp(['undo', run?.id ?? '']).status, 30)
  assert.equal(tree.davylamp(['undo', run?.id ?? '', '--yes']).status, 0)
  assert.equal(listing(tree.root), before)
  assert.match(tree.davylamp(['undo', run?.id ?? '', '--yes']).stdout, /nothing to take back/)
})

test('clean --yes --json prints the run with its proof and nothing else', t => {
  const tree = temporaryTree(t, infectedFiles)
  const run = tree.document('run', ['clean', '--root', tree.root, '--yes', '--watch', '1s'])
  assert.deepEqual([run.state, run.live, run.proof?.result, run.proof?.watchedSeconds], ['complete', false, 'clean', 1])
  assert.deepEqual(
    run.actions.filter(one => one.outcome !== 'done'),
    [],
  )
})

test('one action is taken back alone, by its number', t => {
  const tree = temporaryTree(t, infectedFiles)
  const { actions } = tree.document('run', ['clean', '--root', tree.root, '--yes'])
  const line = actions.find(one => one.action.kind === 'remove-line')
  const run = tree.document('run', ['undo', '--action', String(line?.number), '--yes'])
  assert.equal(run.state, 'partly-undone')
  assert.equal(crontab(tree), infectedFiles['/var/spool/cron/crontabs/root'])
  assert.equal(existsSync(join(tree.root, '/tmp/.x')), false)
  const proof = tree.davylamp(['prove', '--watch', '0'])
  assert.equal(proof.status, 30)
  assert.match(proof.stdout, /still there: crontab \/var\/spool\/cron\/crontabs\/root:1/)
})

test('a plan that was written is carried out as it is, and refused when it was changed', t => {
  const tree = temporaryTree(t, infectedFiles)
  const path = join(tree.folder, 'plan.json')
  assert.equal(tree.davylamp(['plan', '--root', tree.root, '--out', path]).status, 20)
  const plan = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(`${path}.changed`, JSON.stringify({ ...plan, actions: plan.actions.slice(1) }))
  const refused = tree.davylamp(['clean', '--root', tree.root, '--plan', `${path}.changed`, '--yes'])
  assert.equal(refused.status, 64)
  assert.match(refused.stderr, /was changed after it was made/)
  assert.equal(tree.davylamp(['clean', '--root', tree.root, '--plan', path, '--yes']).status, 0)
})

test('what a file is now counts: a changed object stops its step, and the exit status is 30', t => {
  const tree = temporaryTree(t, infectedFiles)
  const path = join(tree.folder, 'plan.json')
  tree.davylamp(['plan', '--root', tree.root, '--out', path])
  writeFileSync(join(tree.root, '/tmp/.x/xm'), `${infectedFiles['/tmp/.x/xm']}# and more\n`)
  const ended = tree.davylamp(['clean', '--root', tree.root, '--plan', path, '--yes'])
  assert.equal(ended.status, 30)
  assert.match(ended.stdout, /changed-since/)
  assert.equal(existsSync(join(tree.root, '/tmp/.x/xm')), true)
})

test('nothing to clean is exit status 0 and a run without actions', t => {
  const tree = temporaryTree(t, cleanFiles)
  assert.equal(tree.davylamp(['clean', '--root', tree.root, '--yes']).status, 0)
  const run = tree.document('run', ['clean', '--root', tree.root, '--yes'])
  assert.deepEqual([run.actions, run.proof?.result], [[], 'clean'])
})

test('a state folder that cannot be written: nothing is changed, exit status 77', t => {
  const tree = temporaryTree(t, { ...infectedFiles, '/blocked': '' })
  const before = listing(tree.root)
  const ended = tree.davylamp(['clean', '--root', tree.root, '--yes', '--state', join(tree.root, 'blocked', 'state')])
  assert.equal(ended.status, 77)
  assert.match(ended.stderr, /state folder .* cannot be written/)
  assert.equal(listing(tree.root), before)
})

test('quarantine: listed with origin, shown, copied anywhere inert, deleted for good', t => {
  const tree = temporaryTree(t, infectedFiles)
  tree.davylamp(['clean', '--root', tree.root, '--yes'])
  const { entries } = tree.document('quarantine', ['quarantine', 'list'])
  const entry = entries.find(one => one.origin === '/tmp/.x/xm')
  assert.equal(tree.document('quarantine-entry', ['quarantine', 'show', entry?.id ?? '']).sha256, entry?.sha256)
  const copy = join(tree.folder, 'copy')
  assert.equal(tree.davylamp(['quarantine', 'restore', entry?.id ?? '', '--to', copy]).status, 0)
  assert.equal(readFileSync(copy, 'utf8'), infectedFiles['/tmp/.x/xm'])
  assert.equal(statSync(copy).mode & 0o777, 0o600)
  assert.equal(tree.davylamp(['quarantine', 'restore', entry?.id ?? '', '--to', copy]).status, 64)
  assert.equal(tree.davylamp(['quarantine', 'delete', entry?.id ?? '']).status, 30)
  assert.equal(tree.davylamp(['quarantine', 'delete', entry?.id ?? '', '--yes']).status, 0)
  assert.equal(tree.davylamp(['quarantine', 'show', entry?.id ?? '']).status, 64)
})
