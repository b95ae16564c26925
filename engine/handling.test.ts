import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, Plan } from '../model/index.ts'
import { factWith, unownedProcess } from '../test/facts.ts'
import { canonicalHash, canonicalJson } from './canonical.ts'
import { type HandlingChoice, handledPlan } from './handling.ts'
import { type Detect, ruleMeaning } from './judge.ts'
import { assess, planned } from './scan.ts'

const miner = '/usr/lib/.x/run'
const helper = '/usr/lib/.x/watch'
const file = (path: string, more = {}) =>
  factWith({
    kind: 'file',
    path,
    name: 'f',
    type: 'file',
    ownership: 'unowned',
    executable: true,
    sha256: `h${path}`,
    size: 9,
    ...more,
  })
const job = (line: number, target: string, more = {}) =>
  factWith({
    kind: 'autostart',
    mechanism: 'cron-user',
    path: '/var/spool/cron/root',
    line,
    text: `* * * * * ${target}`,
    command: target,
    targets: [target],
    user: 'root',
    enabled: true,
    ownership: 'unowned',
    ...more,
  })
const facts: readonly Fact[] = [
  file(miner),
  file(helper),
  file('/usr/lib/.x', { type: 'directory', sha256: undefined }),
  job(1, miner, { attributes: ['immutable'] }),
  job(2, helper),
  unownedProcess(100, miner),
  unownedProcess(101, miner),
  unownedProcess(200, helper),
  factWith({ kind: 'socket', pid: 100, address: '203.0.113.9', port: 443, protocol: 'tcp', scope: 'public', inode: 1 }),
]
const rule = {
  id: 'r',
  title: 'R',
  level: 'high' as const,
  tags: [],
  meaning: ruleMeaning.parse({ class: 'content', conclusive: true, specific: 'mining' }),
}
const detect: Detect = event =>
  (event['path'] === miner || event['path'] === helper) && event['kind'] !== 'autostart' ? [rule] : []
const options = { root: '/', live: true, reinstall: false, blockSeconds: 3_600 }

function look(given: readonly Fact[] = facts) {
  return assess({
    facts: given,
    gaps: [],
    live: true,
    detect,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-01T00:00:00Z',
  })
}

function planWith(choice: HandlingChoice, given = facts): Plan {
  const { incidents, world, judged } = look(given)
  assert.equal(incidents.length, 1)
  return handledPlan(incidents, world, judged, choice, options)
}

const words = (plan: Plan) =>
  plan.actions.map(({ action }) => {
    const object =
      'process' in action
        ? action.process.pid
        : 'processes' in action
          ? action.processes.map(one => one.pid).join('+')
          : action.kind === 'remove-line'
            ? `${action.path}:${action.line}`
            : 'path' in action
              ? action.path
              : 'address' in action
                ? action.address
                : ''
    return `${action.kind} ${object}`
  })
const findingAt = (kind: string, path: string) => {
  const id = look().judged.find(
    one => one.finding.fact.kind === kind && 'path' in one.finding.fact && one.finding.fact.path === path,
  )
  assert.ok(id)
  return id.finding.id
}

test('in depth is the whole plan, byte for byte', () => {
  const assessment = look()
  assert.equal(
    canonicalJson(planWith({ handling: 'in-depth' })),
    canonicalJson(planned(assessment, ['confirmed', 'suspected'], options)),
  )
})

test('terminate stops the processes and nothing else, and says what will start them again', () => {
  const plan = planWith({ handling: 'terminate' })
  assert.deepEqual(words(plan), [
    'freeze-processes 100+101+200',
    'preserve-process 100',
    'preserve-process 101',
    'preserve-process 200',
    'kill-process 100',
    'kill-process 101',
    'kill-process 200',
  ])
  assert.deepEqual(
    plan.advice.map(one => one.text).filter(text => text.startsWith('It stays')),
    [
      'It stays and will start it again: crontab /var/spool/cron/root:1',
      'It stays and will start it again: crontab /var/spool/cron/root:2',
    ],
  )
})

test('terminate and quarantine takes the files and what starts them, never the address', () => {
  const plan = planWith({ handling: 'terminate-and-quarantine' })
  assert.deepEqual(words(plan), [
    'freeze-processes 100+101+200',
    'preserve-process 100',
    'preserve-process 101',
    'preserve-process 200',
    'clear-attributes /var/spool/cron/root',
    'remove-line /var/spool/cron/root:1',
    'remove-line /var/spool/cron/root:2',
    'quarantine-file /usr/lib/.x/run',
    'quarantine-file /usr/lib/.x/watch',
    'kill-process 100',
    'kill-process 101',
    'kill-process 200',
  ])
  const line = plan.actions.find(one => one.action.kind === 'remove-line')
  assert.deepEqual(line?.dependsOn, [5])
})

test('one finding handles only what it is about', () => {
  const finding = findingAt('file', helper)
  assert.deepEqual(words(planWith({ handling: 'terminate', finding })), [
    'freeze-processes 200',
    'preserve-process 200',
    'kill-process 200',
  ])
  const plan = planWith({ handling: 'terminate-and-quarantine', finding })
  assert.deepEqual(words(plan), [
    'freeze-processes 200',
    'preserve-process 200',
    'remove-line /var/spool/cron/root:2',
    'quarantine-file /usr/lib/.x/watch',
    'kill-process 200',
  ])
  assert.deepEqual(words(planWith({ handling: 'in-depth', finding })), words(plan))
  assert.deepEqual(planWith({ handling: 'in-depth', finding: 'unknown' }).actions, [])
})

for (const choice of [
  { handling: 'terminate' },
  { handling: 'terminate-and-quarantine' },
  { handling: 'in-depth' },
] as const)
  test(`${choice.handling}: the same facts in any order give the same bytes, and the id is their hash`, () => {
    const plan = planWith(choice)
    assert.equal(canonicalJson(planWith(choice, facts.toReversed())), canonicalJson(plan))
    const { id, ...body } = plan
    assert.equal(id, canonicalHash(body))
    for (const one of plan.actions)
      for (const on of one.dependsOn) assert.ok(on < one.number && plan.actions.some(other => other.number === on))
  })

test('a plan of which nothing is left is still about its incident', () => {
  const whole = planWith({ handling: 'in-depth' })
  const none = planWith({ handling: 'terminate', finding: 'no such finding' })
  assert.deepEqual([none.actions, none.incidents], [[], whole.incidents])
})
