import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { cleanFiles, infectedFiles, temporaryTree } from './temporary-tree.ts'

test('an infected tree is confirmed: exit status 20, one document that fits its schema', t => {
  const tree = temporaryTree(t, infectedFiles)
  const ended = tree.davylamp(['scan', '--root', tree.root, '--json'])
  assert.equal(ended.status, 20, ended.stderr)
  assert.equal(ended.stderr, '')
  const scan = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual([scan.verdict, scan.target.hostname, scan.target.live], ['confirmed', 'web-3', false])
  const paths = scan.incidents.flatMap(one => one.members).map(one => ('path' in one ? one.path : ''))
  for (const path of [
    '/tmp/.x/xm',
    '/tmp/.x/config.json',
    '/etc/systemd/system/xm.service',
    '/var/spool/cron/crontabs/root',
  ])
    assert.equal(paths.includes(path), true, `${path} belongs to no incident`)
  assert.equal(
    scan.gaps.some(one => one.what === 'processes' && one.why === 'needs a running system'),
    true,
  )
})

test('a clean tree gives exit status 0 and says so in the first line', t => {
  const tree = temporaryTree(t, cleanFiles)
  const ended = tree.davylamp(['scan', '--root', tree.root])
  assert.equal(ended.status, 0, ended.stdout)
  assert.match(ended.stdout, /^NOTHING FOUND – No sign of a miner or intruder in /)
})

test('the verdict stands in the first line, what to do at the end; no control character of a name gets out', t => {
  const tree = temporaryTree(t, infectedFiles)
  for (const words of [['scan'], ['plan'], ['clean']]) {
    const { stdout } = tree.davylamp([...words, '--root', tree.root])
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/, words.join(' '))
    assert.equal(stdout, stripVTControlCharacters(stdout))
  }
  const { stdout } = tree.davylamp(['scan', '--root', tree.root])
  assert.match(stdout, /^CONFIRMED – 1 intrusion in /)
  assert.match(stdout, /What to do now\n[\s\S]*clean --root/)
  assert.match(tree.davylamp(['plan', '--root', tree.root]).stdout, /a\\x1b\[2J\\x1b\[31m\\x0ab\.sh/)
})

test('no line is wider than asked, but for commands to copy', t => {
  const tree = temporaryTree(t, infectedFiles)
  const { stdout } = tree.davylamp(['scan', '--root', tree.root], { environment: { COLUMNS: '60' } })
  const wide = stdout.split('\n').filter(line => line.length > 60 && !/^ {2}davylamp /.test(line))
  assert.deepEqual(wide, [])
})

test('the scan is kept readable by its owner only, and not at all with --no-save', t => {
  const tree = temporaryTree(t, infectedFiles)
  tree.davylamp(['scan', '--root', tree.root, '--no-save'])
  assert.equal(existsSync(tree.state), false)
  tree.davylamp(['scan', '--root', tree.root])
  assert.equal(statSync(tree.state).mode & 0o777, 0o700)
  const ended = tree.davylamp(['explain', 'nothing-like-this'])
  assert.equal(ended.status, 64)
  assert.match(ended.stderr, /nothing is known of nothing-like-this/)
})

test('ids stay the same from scan to scan, also when the incident grows', t => {
  const tree = temporaryTree(t, infectedFiles)
  const first = tree.document('scan', ['scan', '--root', tree.root])
  const second = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual(
    second.incidents.map(one => one.id),
    first.incidents.map(one => one.id),
  )
  assert.deepEqual(
    second.findings.map(one => one.id),
    first.findings.map(one => one.id),
  )
})

test('the same tree gives the same plan, byte for byte', t => {
  const tree = temporaryTree(t, infectedFiles)
  const [one, two] = [1, 2].map(() => tree.davylamp(['plan', '--root', tree.root, '--json']).stdout)
  assert.equal(one, two)
})

test('a state folder that cannot be written is a gap, and nothing else', t => {
  const tree = temporaryTree(t, { ...infectedFiles, '/blocked': '' })
  const ended = tree.davylamp(['scan', '--root', tree.root, '--json', '--state', join(tree.root, 'blocked', 'state')])
  assert.equal(ended.status, 20)
  const gaps: { what: string }[] = JSON.parse(ended.stdout).gaps
  assert.equal(
    gaps.some(one => one.what === 'state folder'),
    true,
  )
})
