import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { someStatus } from '../test/agent-status.ts'
import type { AgentStatus } from '../agent/index.ts'
import { detection } from '../model/index.ts'
import { Page } from './print/page.ts'
import { printStatus } from './print/status.ts'
import { notesOf, problemsOf } from './status-problems.ts'
import { temporaryTree } from './temporary-tree.ts'

const now = '2026-11-22T12:00:30.000Z'

const found = detection.parse({
  id: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
  at: new Date().toISOString(),
  verdict: 'confirmed',
  level: 'critical',
  title: 'A program talks with a mining pool',
  because: [],
  subject: { kind: 'process', pid: 77, path: '/tmp/.x/\u001b[2Jxm' },
  chain: [],
  findings: [],
  families: [],
  attack: [],
  responses: [{ kind: 'kill-process', at: now, outcome: 'done', detail: '' }],
  afterMs: 4,
})

test('for people', () => {
  let text = ''
  const page = new Page({ width: 100, colours: false, write: part => (text += part) })
  const at = '2026-11-22T11:59:00.000Z'
  const named = { ...found, at, title: 'Miner: /opt/m', subject: { kind: 'process', pid: 78, path: '/opt/m' } } as const
  printStatus(
    someStatus(),
    [
      { ...found, at },
      { ...named, responses: [] },
    ],
    page,
    now,
  )
  assert.equal(
    text,
    `  agent        running since 2026-11-22 11:00 UTC (pid 4242)
  program      davylamp 0.1.0
  center       https://center.example:8444
  identity     a1
  key          4be1
  connection   connected (websocket)
  certificate  until 2027-01-01 00:00 UTC
  waiting      3 reports, 4.1 kB, oldest 2026-11-22 11:59 UTC
  doing        quick scan
  last scan    2026-11-22 11:30 UTC (30 minutes ago): quick, nothing found, 2 gaps, 3 s
  next scan    2026-11-22 12:30 UTC
  policy       version 7
  lost         4 × spool-full:health

What it listens to
  sensor  source      events  lost
  exec    tracepoint  512     0
  gate    off         0       0
  40 rules over events (f00d)

Prevention: observe
  9 starts asked about: 8 allowed, 1 denied, 0 answered too late; 2 processes ended; 3 more it would
  have, if it might

What it takes
         of a core  memory   of it its own
  agent  0.4 %      80.0 MB  20.0 MB
  guard  0.4 %      80.0 MB  20.0 MB

Somebody touched the agent
  2026-11-20 08:00 UTC  own-files-changed  x was changed.

Noticed within the last day: 2
  2026-11-22 11:59 UTC  confirmed  A program talks with a mining pool; /tmp/.x/\\x1b[2Jxm (pid 77);
                                   kill-process: done
  2026-11-22 11:59 UTC  confirmed  Miner: /opt/m (pid 78)
`,
  )
})

const at = Date.parse(now)
const sensor = { name: 'exec', since: now, events: 1, lost: 0 } as const
const { watch } = someStatus()
const watching = (more: Partial<NonNullable<AgentStatus['watch']>>) =>
  watch === undefined ? assert.fail() : { watch: { ...watch, ...more } }

for (const [name, status, problems] of [
  ['all is well', someStatus(), []],
  ['never', undefined, [/never run here.*agent install/]],
  ['not running', someStatus({ running: false }), [/does not run.*systemctl status/]],
  [
    'deaf',
    someStatus(watching({ sensors: [{ ...sensor, source: 'off', problem: 'no BPF' }] })),
    [/exec is deaf: no BPF/],
  ],
  ['off as wanted', someStatus(watching({ sensors: [{ ...sensor, source: 'off' }] })), []],
  [
    'no block',
    someStatus(watching({ prevention: { ...watching({}).watch.prevention, mode: 'observe', problem: 'no fanotify' } })),
    [/Prevention is observe, less than what was asked: no fanotify/],
  ],
  [
    'touched',
    someStatus({ tampering: [{ at: now, what: 'x', detail: 'y' }] }),
    [/touched the agent within the last day/],
  ],
  [
    'late',
    someStatus({ nextScan: '2026-11-22T10:00:00.000Z', doing: undefined } as never),
    [/was due at 2026-11-22T10/],
  ],
  [
    'found',
    someStatus({ lastScan: { ...someStatus().lastScan, verdict: 'confirmed' } as never }),
    [/found an intrusion \(confirmed\).*davylamp clean/],
  ],
] as const)
  test(`what to do something about: ${name}`, () => {
    const said = problemsOf(status, at)
    assert.equal(said.length, problems.length, said.join('\n'))
    for (const [place, words] of problems.entries()) assert.match(said[place] ?? '', words)
  })

test('what is worth knowing: a poorer source, events that were lost, reports that were dropped', () => {
  const notes = notesOf(
    someStatus(watching({ sensors: [{ ...sensor, source: 'polling', problem: 'no BPF', lost: 3 }] })),
  )
  assert.deepEqual(
    notes.map(one => one.slice(0, 40)),
    [
      'The sensor exec listens with polling, wh',
      'The sensor exec lost 3 events or more: w',
      'Reports that were dropped: 4 × spool-ful',
    ],
  )
  assert.deepEqual(notesOf(someStatus({ running: false })), [])
})

test('as one document, with what the agent that ended left behind', t => {
  const tree = temporaryTree(t, {})
  assert.deepEqual(tree.document('status', ['status']), {
    format: 'davylamp-status',
    version: 1,
    running: false,
    problems: ['The agent has never run here. Install it: davylamp agent install'],
    notes: [],
    detections: [],
  })
  const own = join(tree.state, 'agent')
  mkdirSync(own, { recursive: true })
  // A pid that nobody has (proc(5), pid_max).
  writeFileSync(join(own, 'status.json'), JSON.stringify(someStatus({ pid: 4_194_305 })))
  writeFileSync(join(own, 'detections.jsonl'), `${JSON.stringify(found)}\n{"cut`)
  const { running, detections, ...document } = tree.document('status', ['agent', 'status'])
  assert.deepEqual([running, detections, document.cost?.guard.cpuSeconds], [false, [found], 3])
  const shown = tree.davylamp(['status'])
  assert.deepEqual([shown.status, shown.stderr], [30, ''])
  assert.match(shown.stdout, /not running[\s\S]*A program talks with a mining pool/)
  const numbers = tree.davylamp(['status', '--prometheus'])
  assert.equal(numbers.status, 0)
  assert.match(numbers.stdout, /^davylamp_agent_running 0$/m)
})

for (const words of [
  ['status', '--watch'],
  ['status', '--prometheus', '--json'],
])
  test(`davylamp ${words.join(' ')} without a terminal`, t => {
    const { status, stderr } = temporaryTree(t, {}).davylamp(words)
    assert.equal(status, 64, stderr)
  })
