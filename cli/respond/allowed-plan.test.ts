import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, type HourCounts } from '../../agent/response/index.ts'
import { touchedPaths } from '../../agent/orders/index.ts'
import { canonicalHash, handledPlan, World, type Judged } from '../../engine/index.ts'
import type { Incident, Plan } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { factWith, unownedProcess } from '../../test/facts.ts'
import { allowedPlan, type Ask } from './allowed-plan.ts'

const miner = '/usr/lib/.x/run'
const world = new World(
  [
    factWith({ kind: 'file', path: miner, name: 'run', type: 'file', ownership: 'unowned', sha256: 'h1', size: 9 }),
    factWith({
      kind: 'autostart',
      mechanism: 'cron-user',
      path: '/var/spool/cron/root',
      line: 1,
      text: `* * * * * ${miner}`,
      command: miner,
      targets: [miner],
      user: 'root',
      enabled: true,
      ownership: 'unowned',
      attributes: ['immutable'],
    }),
    unownedProcess(100, miner),
    unownedProcess(101, miner, { user: 'shop' }),
    unownedProcess(102, '/opt/python', { script: '/srv/job.py' }),
    factWith({
      kind: 'socket',
      pid: 100,
      address: '203.0.113.9',
      port: 443,
      protocol: 'tcp',
      scope: 'public',
      inode: 1,
    }),
    factWith({ kind: 'login-key', path: '/root/.ssh/authorized_keys', line: 3, text: 'ssh-ed25519 AAAA x' }),
  ],
  true,
)
const incident = {
  id: 'i1',
  verdict: 'confirmed',
  findings: [],
  members: [...world.facts],
  context: [],
  edges: [],
  entryPoints: [],
} as unknown as Incident
const judged: readonly Judged[] = []
const options = { root: '/', live: true, reinstall: false, blockSeconds: 3_600 }
const whole = handledPlan([incident], world, judged, { handling: 'in-depth' }, options)

/** Everything is used up once it was allowed. */
const asking = (settings: object): Ask => {
  const counts: Record<keyof HourCounts, number> = { kills: 0, blocks: 0, disarms: 0, quarantines: 0, cleans: 0 }
  const names = {
    'kill-process': 'kills',
    'block-address': 'blocks',
    'disarm-autostart': 'disarms',
    'quarantine-file': 'quarantines',
  } as const
  return question => {
    const asked = { ...question, verdict: 'confirmed' as const }
    const decision = decide(asked, responseConfig.parse(settings), 'block', counts, new Date())
    const name = question.kind in names ? names[question.kind as keyof typeof names] : undefined
    if (decision.may && name !== undefined) counts[name] += 1
    return decision
  }
}
const spare = { uids: [], paths: [], containers: [] }
const narrowed = (settings: object, more = {}) =>
  allowedPlan(whole, { world, touched: touchedPaths, ask: asking(settings), spare, whole: false, ...more })
const words = ({ actions }: Plan) =>
  actions.map(({ action }) => {
    if (action.kind === 'freeze-processes')
      return `freeze ${action.processes
        .map(one => one.pid)
        .toSorted()
        .join()}`
    return 'process' in action ? `${action.kind} ${action.process.pid}` : action.kind
  })

for (const [what, settings, expected] of [
  [
    'what is allowed when nothing is said',
    {},
    [
      'block-address',
      'freeze 100,101,102',
      'preserve-process 100',
      'preserve-process 101',
      'preserve-process 102',
      'clear-attributes',
      'remove-line',
      'kill-process 100',
      'kill-process 101',
      'kill-process 102',
    ],
  ],
  ['addresses only', { may: ['block-address'] }, ['block-address']],
  [
    'autostarts only, with the flags that are in the way',
    { may: ['disarm-autostart'] },
    ['clear-attributes', 'remove-line'],
  ],
  ['files only', { may: ['quarantine-file'] }, ['quarantine-file']],
  ['a protected crontab keeps its flags too', { may: ['disarm-autostart'], protect: { paths: ['/var/spool/'] } }, []],
  [
    'a protected user',
    { may: ['kill-process'], protect: { users: ['shop'] } },
    ['freeze 100,102', 'preserve-process 100', 'preserve-process 102', 'kill-process 100', 'kill-process 102'],
  ],
  [
    'a protected script',
    { may: ['kill-process'], protect: { paths: ['/srv'] } },
    ['freeze 100,101', 'preserve-process 100', 'preserve-process 101', 'kill-process 100', 'kill-process 101'],
  ],
  [
    'one process an hour: only that is frozen',
    { may: ['kill-process'], mostPerHour: { kills: 1 } },
    ['freeze 100', 'preserve-process 100', 'kill-process 100'],
  ],
] as const)
  test(what, () => {
    const { plan, kinds, left } = narrowed(settings)
    assert.deepEqual(words(plan), expected)
    const { id, ...body } = plan
    assert.equal(id, canonicalHash(body))
    assert.deepEqual(
      plan.actions.map(one => one.number),
      plan.actions.map((_, at) => at + 1),
    )
    for (const { number, dependsOn } of plan.actions) for (const on of dependsOn) assert.ok(on < number)
    for (const number of kinds.keys()) assert.ok(plan.actions.some(one => one.number === number))
    assert.ok(
      left.some(one => one.kind === 'clean' && one.action.action.kind === 'remove-line'),
      'keys stay',
    )
  })

test('what is spared does not join the frozen set either; where nothing is, the plan is as a person would have it', () => {
  const freezeOf = ({ plan }: { readonly plan: Plan }) =>
    plan.actions.flatMap(({ action }) => (action.kind === 'freeze-processes' ? [action.follow.spare] : []))
  assert.deepEqual(freezeOf(narrowed({})), [undefined])
  const limited = { may: ['kill-process'], mostPerHour: { kills: 1 } }
  assert.deepEqual(freezeOf(narrowed(limited)), [{ ...spare, pids: [101, 102] }])
  const kept = { uids: [1_000], paths: ['/opt/app'], containers: [] }
  assert.deepEqual(freezeOf(narrowed({}, { spare: kept })), [{ ...kept, pids: [] }])
})

test('a clean-up is all of it but what is protected', () => {
  const all = narrowed({ may: ['clean'] }, { whole: true })
  assert.deepEqual(words(all.plan), words(whole))
  assert.deepEqual(all.left, [])
  const { plan, left } = narrowed({ may: ['clean'], protect: { paths: ['/root'] } }, { whole: true })
  assert.equal(plan.actions.length, whole.actions.length - 1)
  assert.deepEqual(
    left.map(one => `${one.kind} ${one.outcome}`),
    ['clean refused'],
  )
})
