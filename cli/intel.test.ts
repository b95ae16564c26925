import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cleanFiles, temporaryTree } from './temporary-tree.ts'

const sha256 = createHash('sha256').update('#!/bin/sh\nsleep 5\n').digest('hex')
const list = `type,value,confidence,date,about
sha256,${sha256},95,2026-05-01,"a miner, so they say"
domain,c2[.]example,60,2026-05-02,
ip,198.51.100.9,90,2026-05-03,a server
url,https://github.com/x/y,,,
`
const host = {
  ...cleanFiles,
  '/opt/.x/run': '#!/bin/sh\nsleep 5\n',
  '/etc/cron.d/x': '* * * * * root /opt/.x/run\n0 5 * * * root curl -fsS https://get.c2.example/list\n',
}

test('a list is added, looked up, shown, replaced, removed', t => {
  const { davylamp, document, folder } = temporaryTree(t, {})
  const file = join(folder, 'feed.csv')
  writeFileSync(file, list)
  const added = document('intel-added', ['intel', 'add', file])
  assert.deepEqual(
    [added.sources[0]?.counts, added.sources[0]?.left.map(one => [one.why, one.count])],
    [{ sha256: 1, address: 1, domain: 1 }, [['it is a URL with a path: its host alone would accuse too much', 1]]],
  )
  const [answer] = document('intel-lookup', ['intel', 'lookup', 'www.c2.example']).values
  assert.deepEqual(answer?.matches, [
    {
      type: 'domain',
      value: 'www.c2.example',
      source: 'feed.csv',
      date: '2026-05-02T00:00:00.000Z',
      confidence: 60,
      about: 'listed as c2.example',
    },
  ])
  assert.equal(davylamp(['intel', 'lookup', sha256.toUpperCase()]).status, 0)
  assert.equal(davylamp(['intel', 'lookup', '198.51.100.10', 'unlisted.example']).status, 1)
  assert.equal(davylamp(['intel', 'lookup', '198.51.100.10', 'c2.example']).status, 0)
  assert.match(davylamp(['intel', 'list']).stdout, /feed\.csv \(list\): 1 sha256, 1 address, 1 domain/)
  assert.deepEqual(document('intel-indicators', ['intel', 'list', 'feed.csv', '--type', 'address']).indicators, [
    { type: 'address', value: '198.51.100.9', date: '2026-05-03T00:00:00.000Z', confidence: 90, about: 'a server' },
  ])
  writeFileSync(file, 'pool2.example\n')
  assert.equal(davylamp(['intel', 'add', file]).status, 0)
  assert.equal(davylamp(['intel', 'lookup', 'c2.example']).status, 1)
  assert.equal(
    davylamp(['intel', 'add', '-', '--source', 'feed.csv', '--merge', '--own'], { input: '198.51.100.77\n' }).status,
    0,
  )
  assert.deepEqual(
    document('intel-lookup', ['intel', 'lookup', '198.51.100.77', 'pool2.example']).values.map(
      one => one.matches[0]?.confidence,
    ),
    [100, undefined],
  )
  const stats = document('intel-stats', ['intel', 'stats'])
  assert.deepEqual([stats.sources, stats.counts.address, stats.counts.domain, stats.problems], [1, 1, 1, []])
  assert.equal(davylamp(['intel', 'remove', 'feed.csv']).status, 0)
  assert.match(davylamp(['intel', 'list']).stdout, /Nothing was added yet/)
})

test('a scan finds what a list knows, says whose list it is, and how sure that is', t => {
  const { davylamp, document, folder, root } = temporaryTree(t, host)
  const before = document('scan', ['scan', '--root', root])
  assert.deepEqual(
    before.findings.filter(one => one.fact.kind !== 'package' && /list/.test(one.because)),
    [],
  )
  writeFileSync(join(folder, 'feed.csv'), list)
  davylamp(['intel', 'add', join(folder, 'feed.csv')])
  const scan = document('scan', ['scan', '--root', root])
  assert.equal(scan.verdict, 'confirmed')
  const said = scan.findings
    .filter(one => /the list "feed\.csv"/.test(one.because))
    .map(one => [one.level, one.conclusive, one.because])
  assert.deepEqual(said.sort(), [
    [
      'critical',
      true,
      'cron file /etc/cron.d/x starts /opt/.x/run, whose content is on the list "feed.csv" of 2026-05-01 (confidence 95): a miner, so they say.',
    ],
    [
      'high',
      false,
      'The content of /opt/.x/run is on the list "feed.csv" of 2026-05-01 (confidence 95): a miner, so they say.',
    ],
    [
      'medium',
      false,
      'cron file /etc/cron.d/x names something that a list holds: get.c2.example, on the list "feed.csv" of 2026-05-02 (confidence 60): listed as c2.example.',
    ],
  ])
})

test('what lies on the disk is for its owner alone, and damage is told while the rest works', t => {
  const { davylamp, folder, state, root } = temporaryTree(t, host)
  writeFileSync(join(folder, 'a.txt'), `${sha256}\n`)
  writeFileSync(join(folder, 'b.txt'), 'c2.example\n')
  for (const name of ['a.txt', 'b.txt']) davylamp(['intel', 'add', join(folder, name), '--own'])
  const intel = join(state, 'intel')
  const files = readdirSync(intel, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.index'))
  assert.equal(files.length, 2)
  const broken = files.find(name => name.endsWith('sha256.index')) ?? ''
  writeFileSync(join(intel, broken), 'x')
  const stats = davylamp(['intel', 'stats'])
  assert.equal(stats.status, 30)
  assert.match(stats.stdout, /sha256 of "a\.txt" cannot be used/)
  assert.equal(davylamp(['intel', 'lookup', 'c2.example']).status, 0)
  const scan = JSON.parse(davylamp(['scan', '--root', root, '--json']).stdout)
  assert.ok(
    scan.gaps.some(
      (gap: { what: string; why: string }) => gap.what === 'indicators' && /Add the source again/.test(gap.why),
    ),
  )
  assert.ok(scan.findings.some((one: { because: string }) => one.because.includes('the list "b.txt"')))
  assert.equal(davylamp(['intel', 'remove', 'a.txt', 'b.txt']).status, 0)
  assert.deepEqual(existsSync(intel) ? readdirSync(intel) : [], [])
})

for (const [words, says, status] of [
  [['add', '/does/not/exist'], /no file or folder/, 64],
  [['add', 'http://feed.example/list'], /is not https/, 69],
  [['add', 'https://user:secret@feed.example/list'], /holds a password/, 69],
  [['add', '-'], /give one with --source/, 64],
  [['add', 'FILE', '--column', 'hash'], /--column takes USE=NAME/, 64],
  [['add', 'FILE', '--column', 'md5=Hash'], /there is no column "Hash"/, 64],
  [['add', 'FILE', '--confidence', '101'], /0 to 100/, 64],
  [['add', 'FILE', '--type', 'ip'], /the type ip is unknown/, 64],
  [['add', 'EMPTY'], /no indicator that could be used: 1 × what it is cannot be told/, 64],
  [['add', 'FILE', '--at-most', 'x'], /--at-most takes a whole number/, 64],
  [['lookup', 'hello'], /say --type/, 64],
  [['lookup', '198.51.100.7', '--type', 'md5'], /is no md5/, 64],
  [['remove', 'nothing'], /there is no source nothing/, 64],
  [['update', 'nothing'], /there is no source nothing/, 64],
] as const)
  test(`intel ${words.join(' ')}: ${status}, and says what to do`, t => {
    const { davylamp, folder, state } = temporaryTree(t, {})
    const names = { FILE: 'list.csv', EMPTY: 'empty.txt' } as const
    writeFileSync(join(folder, names.FILE), list)
    writeFileSync(join(folder, names.EMPTY), 'hello\n')
    const ended = davylamp([
      'intel',
      ...words.map(word => (word === 'FILE' || word === 'EMPTY' ? join(folder, names[word]) : word)),
    ])
    assert.equal(ended.status, status, ended.stdout + ended.stderr)
    assert.match(ended.stderr, says)
    assert.deepEqual(
      existsSync(join(state, 'intel'))
        ? readdirSync(join(state, 'intel'), { recursive: true, encoding: 'utf8' }).filter(name =>
            /tables|json/.test(name),
          )
        : [],
      [],
    )
  })

test('completion and help know the commands', t => {
  const { davylamp } = temporaryTree(t, {})
  assert.match(davylamp(['completion', 'bash']).stdout, /'intel add'\) words='.*--collection/)
  assert.match(davylamp(['intel', 'lookup', '--help']).stdout, /Examples:\n {2}davylamp intel lookup/)
  assert.ok(
    readFileSync(join(import.meta.dirname, '..', 'docs', 'schemas', 'intel-lookup.json'), 'utf8').includes(
      'davylamp intel-lookup',
    ),
  )
})
