import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, Incident, Noticed } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { type Detect, ruleMeaning } from './judge.ts'
import { chainNames, noticedWords } from './noticed-words.ts'
import { assess, planned } from './scan.ts'
import { unitOf } from './services.ts'
import { storyOfIncident } from './story/index.ts'

const miner = '/tmp/kdevtmpfsi'
const at = '2026-03-01T02:13:00.000Z'
const processFact = (pid: number, path: string, more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'process',
    pid,
    startTime: pid * 10,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    command: path,
    argv: [path],
    targets: [path],
    ownership: 'unowned',
    user: 'root',
    uid: 0,
    ...more,
  })
const owned = { ownership: 'owned', package: 'somebody' }
const job = (path: string, target: string, more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'autostart',
    mechanism: 'cron-system',
    path,
    line: 1,
    text: `* * * * * root ${target}`,
    command: target,
    targets: [target],
    user: 'root',
    enabled: true,
    ownership: 'unowned',
    ...more,
  })

const shell = { pid: 700, startTime: 7_000, name: 'sh', path: '/usr/bin/dash', command: `sh -c ${miner}` }
const cron = { pid: 600, startTime: 6_000, name: 'cron', path: '/usr/sbin/cron', command: 'cron -f' }
const init = { pid: 1, startTime: 1, name: 'systemd', path: '/usr/lib/systemd/systemd', command: '/sbin/init' }

function noticed(more: Partial<Noticed> = {}): Noticed {
  return {
    detection: '01968c2f-7d2a-7c3e-9d53-000000000001',
    at,
    times: 1,
    verdict: 'confirmed',
    title: 'Miner',
    subject: { kind: 'process', pid: 800, startTime: 8_000, path: miner, cgroup: '/system.slice/cron.service' },
    chain: [shell, cron, init],
    because: ['It is one.'],
    responses: [],
    ...more,
  }
}
const done = (kind: Noticed['responses'][number]['kind'], outcome: 'done' | 'would' | 'failed' = 'done') => ({
  kind,
  at,
  outcome,
  detail: '',
})

const rule = (path: string, kind: string, meaning: object, id = `${kind} ${path}`) => ({
  path,
  kind,
  rule: { id, title: id, level: 'high' as const, tags: [], meaning: ruleMeaning.parse(meaning) },
})
const mines = rule(miner, 'process', { class: 'content', conclusive: true, specific: 'mining' })

function look(facts: readonly Fact[], notices: readonly Noticed[], rules = [mines]) {
  const detect: Detect = event =>
    rules.filter(one => one.path === event['path'] && one.kind === event['kind']).map(one => one.rule)
  return assess({
    facts,
    gaps: [],
    live: true,
    detect,
    allow: [],
    earlier: [],
    noticed: notices,
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-03-02T00:00:00Z',
  })
}

const sayings = (incident: Incident | undefined) => (incident?.summary ?? []).filter(one => one.startsWith('Noticed'))

test('an incident says who started it, although the shell has long ended', () => {
  const { incidents, noticed: others } = look([processFact(800, miner, { sha256: 'a'.repeat(64) })], [noticed()])
  assert.deepEqual(sayings(incidents[0]), [
    `Noticed: cron.service → sh → ${miner}, 2026-03-01 02:13 UTC as it started.`,
  ])
  assert.deepEqual(incidents[0]?.noticed, [
    { ...noticed(), service: 'cron.service', facts: [incidents[0]?.members[0]?.id] },
  ])
  assert.deepEqual(others, [])
})

test('what was noticed and is part of nothing stands beside the incidents and changes no verdict', () => {
  const gone = noticed({
    subject: { kind: 'process', pid: 9, startTime: 9, path: '/dev/shm/x' },
    responses: [done('prevented')],
  })
  const { incidents, verdict, noticed: others } = look([processFact(800, '/usr/bin/vim', owned)], [gone])
  assert.deepEqual([incidents, verdict, others], [[], 'nothing', [gone]])
})

for (const [name, subject, fact, is] of [
  ['the process itself', { pid: 800, startTime: 8_000 }, processFact(800, miner), true],
  ['a later process with its number', { pid: 800, startTime: 1 }, processFact(800, miner), false],
  ['another process of the same program', { pid: 1, startTime: 1, path: miner }, processFact(800, miner), true],
  ['the same content elsewhere', { sha256: 'f'.repeat(64) }, processFact(800, miner, { sha256: 'f'.repeat(64) }), true],
  ['the same path in a container', { path: miner, container: 'c'.repeat(64) }, processFact(800, miner), false],
  ['a tool that all have', { path: '/usr/bin/python3' }, processFact(800, miner), false],
] as const)
  test(`noticed and found: ${name}`, () => {
    const { incidents } = look([fact], [noticed({ subject: { kind: 'process', ...subject } })])
    assert.deepEqual([incidents.length, incidents[0]?.noticed !== undefined], [1, is])
  })

test('many alike are one, with the time of the first, how often, and what was done', () => {
  const some = Array.from({ length: 14 }, (_, minute) =>
    noticed({
      detection: `01968c2f-7d2a-7c3e-9d53-0000000000${10 + minute}`,
      at: `2026-03-01T02:${String(10 + minute)}:00.000Z`,
      responses: [done('prevented')],
    }),
  )
  const [incident] = look([processFact(800, miner)], some.toReversed()).incidents
  assert.deepEqual(
    incident?.noticed?.map(one => [one.at, one.lastAt, one.times, one.responses.length]),
    [['2026-03-01T02:10:00.000Z', '2026-03-01T02:23:00.000Z', 14, 14]],
  )
  assert.match(sayings(incident)[0] ?? '', /as it started; its start was prevented\.$/)
})

test('whoever wrote an autostart is joined with it, and a descendant with what started it', () => {
  const dropper = '/tmp/.s/setup'
  const line = '/etc/cron.d/zz'
  const facts = [processFact(500, dropper), processFact(800, miner), job(line, miner)]
  const writer = { pid: 500, startTime: 5_000, name: 'setup', path: dropper }
  const wrote = noticed({
    detection: '01968c2f-7d2a-7c3e-9d53-000000000002',
    subject: { kind: 'autostart', path: line },
  })
  const [incident] = look(
    facts,
    [
      { ...wrote, chain: [writer, init] },
      noticed({ subject: { kind: 'process', pid: 800, startTime: 8_000, path: miner }, chain: [shell, writer, init] }),
    ],
    [mines, rule(dropper, 'process', { class: 'execution' })],
  ).incidents
  assert.ok(incident)
  const name = (id: string) => incident.members.flatMap(one => (one.id === id && 'path' in one ? [one.path] : []))[0]
  const joined = incident.edges.map(one => [name(one.from), name(one.to), one.reason])
  assert.ok(
    joined.some(one => `${one}` === `${[dropper, line, 'was written by pid 500, as was noticed']}`),
    JSON.stringify(joined),
  )
  assert.ok(
    joined.some(one => `${one}` === `${[dropper, miner, 'was started by pid 500']}`),
    JSON.stringify(joined),
  )
  assert.deepEqual(sayings(incident), [
    `Noticed: ${dropper} → sh → ${miner}, 2026-03-01 02:13 UTC as it started.`,
    `Noticed: ${line} was changed by ${dropper}, 2026-03-01 02:13 UTC.`,
  ])
})

test('below a service the service is the door, and surer where it still runs', () => {
  const java = {
    pid: 400,
    startTime: 4_000,
    name: 'java',
    path: '/usr/lib/jvm/java-17/bin/java',
    command: 'java -jar a.jar',
  }
  const chain = [shell, java, init]
  for (const [facts, what, confidence] of [
    [[], 'web-application', 'medium'],
    [[processFact(400, java.path, { ...owned, user: 'tomcat', name: 'java' })], 'web-application', 'high'],
    [[processFact(401, java.path, owned)], 'web-application', 'medium'],
  ] as const) {
    const [incident] = look([processFact(800, miner), ...facts], [noticed({ chain })]).incidents
    const way = incident?.entryPoints.find(one => one.what === what)
    assert.deepEqual([way?.confidence, way?.fact !== undefined], [confidence, confidence === 'high'])
  }
  for (const [path, what] of [
    ['/usr/bin/redis-server', 'database'],
    ['/usr/lib/postgresql/15/bin/postgres', 'database'],
    ['/usr/sbin/php-fpm8.2', 'web-application'],
    ['/usr/sbin/sshd', 'ssh-session'],
    ['/usr/sbin/cron', 'unknown'],
  ] as const) {
    const [incident] = look([processFact(800, miner)], [noticed({ chain: [shell, { pid: 300, path }] })]).incidents
    assert.equal(incident?.entryPoints[0]?.what, what, path)
  }
})

test('what was noticed confirms nothing, joins nothing and takes nothing along', () => {
  const suspect = '/usr/local/bin/nightly'
  const facts = [
    processFact(300, '/usr/sbin/mysqld', owned),
    processFact(800, suspect),
    job('/etc/cron.d/backup', '/usr/local/bin/backup'),
    factWith({ kind: 'file', path: '/usr/local/bin/backup', type: 'file', ownership: 'unowned', uid: 0 }),
  ]
  // Two findings that would confirm each other if anything joined them.
  const rules = [
    rule(suspect, 'process', { class: 'execution', specific: 'mining' }),
    rule('/etc/cron.d/backup', 'autostart', { class: 'persistence' }),
  ]
  const hostile = [
    noticed({ subject: { kind: 'process', pid: 300, startTime: 3_000, path: '/usr/sbin/mysqld' } }),
    noticed({ subject: { kind: 'process', pid: 800, startTime: 8_000, path: suspect }, responses: [done('clean')] }),
    noticed({
      subject: { kind: 'autostart', path: '/etc/cron.d/backup' },
      chain: [{ pid: 800, startTime: 8_000, path: suspect }],
    }),
    noticed({ subject: { kind: 'file', path: '/usr/local/bin/backup' } }),
  ].map((one, place) => ({ ...one, detection: `01968c2f-7d2a-7c3e-9d53-00000000002${place}` }))
  const options = { root: '/', live: true, reinstall: false, blockSeconds: 1 }
  const [without, with_] = [[], hostile].map(notices => {
    const seen = look(facts, notices, rules)
    const { id: _, ...plan } = planned(seen, ['confirmed', 'suspected'], options)
    return {
      verdict: seen.verdict,
      plan,
      findings: seen.judged.map(one => one.finding),
      incidents: seen.incidents.map(({ id, verdict, members, findings }) => ({ id, verdict, members, findings })),
    }
  })
  assert.equal(without?.verdict, 'suspected')
  assert.deepEqual(with_, without)
})

for (const [name, given, expected] of [
  ['a session', { chain: [shell, { pid: 5, path: '/usr/bin/bash', name: 'bash' }] }, ['bash', 'sh', miner]],
  ['the same twice', { chain: [cron, cron], service: 'x.service' }, ['x.service', 'cron', miner]],
  ['a script', { chain: [{ pid: 2, path: '/usr/bin/bash', command: 'bash /tmp/i.sh' }] }, ['bash /tmp/i.sh', miner]],
  ['a name that it gave itself', { chain: [{ pid: 2, path: '/usr/bin/perl', name: '[kworker]' }] }, ['perl', miner]],
  ['nothing but a number', { chain: [{ pid: 2 }] }, ['pid 2', miner]],
] as const)
  test(`names of a chain: ${name}`, () => {
    assert.deepEqual(chainNames({ subject: noticed().subject, ...given, chain: [...given.chain] }), expected)
  })

for (const [subject, responses, expected] of [
  [
    { kind: 'connection', path: miner, address: '192.0.2.1', port: 3333 },
    [],
    `cron.service → ${miner} → 192.0.2.1:3333, 2026-03-01 02:13 UTC as it called out`,
  ],
  [
    { kind: 'load', path: miner },
    [done('kill-process')],
    `cron.service → ${miner}, 2026-03-01 02:13 UTC as it kept the processor busy; it was ended at once`,
  ],
  [{ kind: 'login', account: 'root', address: '192.0.2.1' }, [], 'log-in as root from 192.0.2.1, 2026-03-01 02:13 UTC'],
  [
    { kind: 'process', path: miner },
    [done('kill-process', 'would')],
    `cron.service → ${miner}, 2026-03-01 02:13 UTC as it started; it would have been ended`,
  ],
  [
    { kind: 'process', path: miner },
    [done('kill-process', 'failed')],
    `cron.service → ${miner}, 2026-03-01 02:13 UTC as it started; nothing could be done about it at once`,
  ],
] as const)
  test(`in words: ${expected}`, () => {
    assert.equal(
      noticedWords(noticed({ subject, responses: [...responses], chain: [cron], service: 'cron.service' })),
      expected,
    )
  })

for (const [cgroup, unit] of [
  ['/system.slice/cron.service', 'cron.service'],
  ['/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service'],
  ['/user.slice/user-0.slice/session-4.scope', undefined],
  ['/user.slice/user-1000.slice/user@1000.service/app.slice/x.service', 'x.service'],
  ['/user.slice/user-1000.slice/user@1000.service/init.scope', undefined],
  [undefined, undefined],
] as const)
  test(`unit of ${cgroup}`, () => assert.equal(unitOf(cgroup), unit))

test('a process that was noticed, and started another one that was, stands in the tree once', () => {
  const dropper = { pid: 700, startTime: 7_000, path: '/tmp/.s/setup' }
  const { incidents } = look(
    [processFact(700, dropper.path), processFact(800, miner)],
    [
      noticed({ chain: [dropper, cron] }),
      noticed({
        detection: '01968c2f-7d2a-7c3e-9d53-000000000004',
        subject: { ...noticed().subject, ...dropper },
        chain: [cron],
      }),
    ],
    [mines, rule(dropper.path, 'process', { class: 'execution' })],
  )
  const [incident] = incidents
  assert.ok(incident)
  assert.deepEqual(
    storyOfIncident(incident, []).noticed.map(one => [one.id, one.parent, one.label, one.noticed?.kind]),
    [
      ['n0', undefined, 'cron.service', undefined],
      ['n1', 'n0', dropper.path, 'process'],
      ['n2', 'n1', miner, 'process'],
    ],
  )
})

test('the story has the chain as a tree with one beginning, and its moments', () => {
  const other = noticed({
    detection: '01968c2f-7d2a-7c3e-9d53-000000000003',
    subject: { ...noticed().subject, pid: 801, startTime: 8_010, path: '/tmp/.y' },
    at: '2026-03-01T02:14:00.000Z',
    responses: [{ ...done('prevented'), at: '2026-03-01T02:14:01.000Z' }],
  })
  const facts = [processFact(800, miner), processFact(801, '/tmp/.y', { parentPid: 800 })]
  const { incidents } = look(facts, [noticed(), { ...other, chain: [shell, cron, init] }])
  const [incident] = incidents
  assert.ok(incident)
  const story = storyOfIncident(incident, [])
  assert.deepEqual(
    story.noticed.map(one => [one.id, one.parent, one.label, one.noticed?.kind]),
    [
      ['n0', undefined, 'cron.service', undefined],
      ['n1', 'n0', 'sh', undefined],
      ['n2', 'n1', miner, 'process'],
      ['n3', 'n1', '/tmp/.y', 'process'],
    ],
  )
  assert.deepEqual(
    story.timeline.filter(one => one.source === 'watch').map(one => [one.at, one.what, one.subject]),
    [
      ['2026-03-01T02:13:00.000Z', 'noticed', `cron.service → sh → ${miner}`],
      ['2026-03-01T02:14:00.000Z', 'noticed', 'cron.service → sh → /tmp/.y'],
      ['2026-03-01T02:14:01.000Z', 'start-prevented', 'cron.service → sh → /tmp/.y'],
    ],
  )
})
