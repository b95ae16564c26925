import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storyReasons } from '../../model/api/index.ts'
import type { Fact, Finding, IdentifiedFact, Incident } from '../../model/index.ts'
import { factWith } from '../../test/facts.ts'
import { type Detect, ruleMeaning } from '../judge.ts'
import { assess } from '../scan.ts'
import { type GraphInput, graphOf } from './graph.ts'
import { instant, shortened, storyOfFinding, storyOfIncident } from './index.ts'

const miner = '/var/tmp/.x/xm'
const process = (pid: number, path: string, more = {}) =>
  factWith({
    kind: 'process',
    pid,
    startTime: pid * 10,
    name: path.split('/').at(-1),
    path,
    command: `${path} -c config.json`,
    argv: [path],
    targets: [path],
    ownership: 'unowned',
    user: 'www-data',
    uid: 33,
    startedAt: '2026-03-01T10:05:00Z',
    ...more,
  })
const facts: readonly Fact[] = [
  factWith({
    kind: 'file',
    path: miner,
    name: 'xm',
    type: 'file',
    ownership: 'unowned',
    executable: true,
    sha256: 'a'.repeat(64),
    size: 9,
    created: '2026-03-01T10:00:00Z',
    changed: '2026-03-01T10:00:30Z',
    modified: '2020-01-01T00:00:00Z',
  }),
  factWith({
    kind: 'autostart',
    mechanism: 'cron-user',
    path: '/var/spool/cron/crontabs/www-data',
    line: 1,
    text: `* * * * * ${miner}`,
    command: miner,
    targets: [miner],
    user: 'www-data',
    enabled: true,
    ownership: 'unowned',
    changed: '2026-03-01T10:01:00Z',
  }),
  process(50, '/usr/sbin/nginx', { ownership: 'owned', name: 'nginx', startedAt: '2026-02-01T00:00:00Z' }),
  process(100, miner, { parentPid: 50, cpuAveragePercent: 180 }),
  process(101, miner, { parentPid: 100, startedAt: '2026-03-01T10:06:00Z' }),
  factWith({
    kind: 'socket',
    pid: 100,
    address: '203.0.113.9',
    port: 3333,
    protocol: 'tcp',
    scope: 'public',
    inode: 1,
    user: 'www-data',
  }),
  factWith({
    kind: 'account',
    password: 'locked',
    name: 'www-data',
    path: '/etc/passwd',
    line: 9,
    text: 'w',
    uid: 33,
    system: true,
  }),
]
const rule = {
  id: 'r',
  title: 'Runs a miner',
  level: 'critical' as const,
  tags: [],
  meaning: ruleMeaning.parse({ class: 'content', conclusive: true, specific: 'mining' }),
}
const detect: Detect = event => (event['path'] === miner ? [rule] : [])

function look(): { incident: Incident; findings: readonly Finding[] } {
  const { incidents, judged } = assess({
    facts,
    gaps: [],
    live: true,
    detect,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-03-02T00:00:00Z',
  })
  const [incident] = incidents
  assert.ok(incident !== undefined)
  return { incident, findings: judged.map(one => one.finding) }
}

test('the timeline has what the facts hold, oldest first, and knows what is exact', () => {
  const { incident, findings } = look()
  assert.deepEqual(
    storyOfIncident(incident, findings).timeline.map(one => [one.at.slice(0, 16), one.what, one.exact, one.subject]),
    [
      ['2026-02-01T00:00', 'process-started', true, 'nginx (50)'],
      ['2026-03-01T10:00', 'file-created', true, miner],
      ['2026-03-01T10:01', 'autostart-written', false, 'crontab /var/spool/cron/crontabs/www-data:1'],
      ['2026-03-01T10:05', 'process-started', true, 'xm (100)'],
      ['2026-03-01T10:06', 'process-started', true, 'xm (101)'],
    ].map(([at, what, exact, subject]) => [at, what, exact, shortened(String(subject), 42)]),
  )
})

test('what starts stands above what is started', () => {
  const { incident, findings } = look()
  const { nodes, edges } = storyOfIncident(incident, findings).graph
  const label = (id: string) => nodes.find(one => one.id === id)?.label
  const read = edges.map(one => [label(one.from), one.reason, label(one.to)].join(' – '))
  for (const wanted of [
    `${miner} – runs as – xm ×2`,
    'xm ×2 – talks to – 203.0.113.9:3333',
    'nginx (50) – started – xm ×2',
  ])
    assert.ok(read.includes(wanted), `${wanted} in ${read.join('; ')}`)
  assert.ok(
    read.some(one => /^crontab .* – starts – \/var\/tmp\/\.x\/xm$/.test(one)),
    read.join('; '),
  )
  assert.ok(edges.every(one => storyReasons.some(reason => reason === one.reason)))
})

test('processes stand below their parents, and the one that only explains is marked', () => {
  const { incident, findings } = look()
  assert.deepEqual(
    storyOfIncident(incident, findings).processes.map(one => [
      one.pid,
      one.parent,
      one.role,
      one.cpuPercent,
      one.level,
    ]),
    [
      [50, undefined, 'context', undefined, undefined],
      [100, 50, 'member', 180, 'critical'],
      [101, 100, 'member', undefined, 'critical'],
    ],
  )
})

test('a finding alone still has a story, and one of an incident knows its neighbours', () => {
  const { incident, findings } = look()
  const [finding] = findings
  assert.ok(finding !== undefined)
  const alone = storyOfFinding(finding, undefined)
  assert.deepEqual([alone.graph.nodes.length, alone.graph.edges.length, alone.why.length], [1, 0, 1])
  assert.ok(storyOfFinding(finding, incident).graph.edges.length > 0)
})

test('what is beyond the limit is left out, the least important first', () => {
  const { incident, findings } = look()
  const { nodes, edges, leftOut } = storyOfIncident(incident, findings, { nodes: 2 }).graph
  assert.deepEqual(nodes.map(one => one.kind).toSorted(), ['file', 'process'])
  assert.deepEqual([edges.length, leftOut], [1, 4])
})

test('processes that are each other’s parents, and copies of copies, end', () => {
  const { incident } = look()
  const loop = [process(7, '/a', { parentPid: 8 }), process(8, '/a', { parentPid: 7 })]
  const members: IdentifiedFact[] = loop.map((one, place) => ({ ...one, id: `p${place}` }))
  const ids = Array.from({ length: 40 }, (_, place) => `c${place}`)
  const copies: IdentifiedFact[] = ids.map(id => ({
    ...factWith({ kind: 'file', path: `/${id}`, type: 'file', ownership: 'unowned' }),
    id,
  }))
  const pairs = ids.flatMap(from => ids.map(to => ({ from, to, reason: 'has the same content' })))
  const story = storyOfIncident({ ...incident, members: [...members, ...copies], context: [], edges: pairs }, [])
  assert.deepEqual(
    story.processes.map(one => one.pid),
    [7, 8],
  )
  assert.equal(story.graph.edges.filter(one => one.reason === 'has the same content as').length, 39)
})

test('a host may claim any number of links, and of processes that started the same ones: no more than so many count', () => {
  const named = (id: string, fact: Fact): IdentifiedFact => ({ ...fact, id })
  const members = Array.from({ length: 400 }, (_, place) =>
    named(`m${place}`, process(place + 2, '/a', { parentPid: 1 })),
  )
  const context = Array.from({ length: 300 }, (_, place) => named(`c${place}`, process(1, '/b')))
  const edges = members.flatMap((to, place) =>
    members.slice(0, place).map(from => ({ from: from.id, to: to.id, reason: 'was started by pid 1' })),
  )
  const input = { members, context, entryPoints: [], levels: new Map() }
  const counted = (more: Partial<GraphInput>) => graphOf({ ...input, edges: [], ...more }, 50_000).edges.length
  assert.equal(counted({}), 10_000)
  assert.equal(counted({ context: [], edges }), 10_000)
  assert.equal(counted({ context: context.slice(0, 20), edges: edges.slice(0, 50) }), 8_050)
})

for (const [text, expected] of [
  ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
  ['1970-01-01T00:00:00Z', undefined],
  ['+275760-09-13T00:00:00Z', undefined],
  ['yesterday', undefined],
] as const)
  test(`${text} as a moment`, () => assert.equal(instant(text), expected))

for (const [text, most, expected] of [
  ['/tmp/x', 10, '/tmp/x'],
  ['/var/lib/something/long/x', 12, '/var…/long/x'],
  ['a\n  b', 10, 'a b'],
  ['😀'.repeat(20), 5, '😀…😀😀😀'],
] as const)
  test(`${JSON.stringify(text)} on ${most} characters`, () => assert.equal(shortened(text, most), expected))
