import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { responseKinds } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { decide, type HourCounts, limitOf, type ResponseQuestion } from './policy.ts'

const nothing: HourCounts = { kills: 0, blocks: 0, disarms: 0, quarantines: 0, cleans: 0 }
const noon = new Date(2026, 5, 1, 12, 0)
const miner: ResponseQuestion = {
  kind: 'kill-process',
  verdict: 'confirmed',
  subject: { kind: 'process', pid: 4_242, startTime: 9, path: '/opt/app/x', user: 'deploy' },
}
const config = (settings: object) => responseConfig.parse(settings)

for (const [what, question, settings, expected] of [
  ['a confirmed miner may be ended', {}, {}, true],
  ['something suspected is left alone', { verdict: 'suspected' }, {}, /^refused: It is suspected/],
  ['what nobody could look at is left alone', { verdict: 'unknown' }, {}, /^refused: It is unknown/],
  ['what the owner does not name is only told', {}, { may: ['block-address'] }, /^would: .*response\.may/],
  ['a clean-up must be named', { kind: 'clean' }, {}, /^would: .*clean is not in response\.may/],
  ['a start is prevented without being named', { kind: 'prevented' }, { may: [] }, true],
  ['a dry run', {}, { dryRun: true }, /^would: .*response\.dryRun/],
  ['a dry run prevents no start', { kind: 'prevented' }, { dryRun: true }, /^would: /],
  ['outside of the hours', {}, { between: { from: '20:00', to: '06:00' } }, /^would: Only between 20:00 and 06:00/],
  ['within the hours', {}, { between: { from: '11:00', to: '13:00' } }, true],
  ['none may be ended', {}, { mostPerHour: { kills: 0 } }, /^would: .*0 of 0 .*mostPerHour\.kills/],
  ['more at once than are left', { amount: 61 }, {}, /^would: .*mostPerHour\.kills/],
  ['a protected program', {}, { protect: { paths: ['/opt/app/x'] } }, /^refused: \/opt\/app\/x is protected/],
  ['a protected folder', {}, { protect: { paths: ['/opt/app/'] } }, /^refused: /],
  ['a protected folder without its slash', {}, { protect: { paths: ['/opt/app'] } }, /^refused: /],
  ['another that begins alike', {}, { protect: { paths: ['/opt/ap', '/opt/app/x.old'] } }, true],
  ['a way around', { paths: ['/tmp/../opt/app/x'], subject: {} }, { protect: { paths: ['/opt/app'] } }, /^refused: /],
  ['one deleted', { subject: { path: '/opt/app/x (deleted)' } }, { protect: { paths: ['/opt/app/x'] } }, /^refused: /],
  ['everything', {}, { protect: { paths: ['/'] } }, /^refused: /],
  ['a script of a protected folder', { paths: ['/srv/job.py'] }, { protect: { paths: ['/srv'] } }, /^refused: \/srv/],
  ['a protected user', {}, { protect: { users: ['deploy'] } }, /^refused: It is of deploy/],
  ['protected in a dry run too', {}, { dryRun: true, protect: { users: ['deploy'] } }, /^refused: /],
  [
    'whoever tries the passwords of a protected user',
    { kind: 'block-address', subject: { kind: 'login', user: 'deploy', address: '198.51.100.7' } },
    { protect: { users: ['deploy'] } },
    true,
  ],
  [
    'a protected container by its short id',
    { subject: { container: 'ab'.repeat(32) } },
    { protect: { containers: ['abababababab'] } },
    /^refused: It is in the container/,
  ],
  [
    'a protected container by its name',
    { subject: { container: 'ab'.repeat(32) }, containerNames: ['/shop'] },
    { protect: { containers: ['shop'] } },
    /^refused: It is in the container \/shop/,
  ],
  [
    'too few digits name nothing',
    { subject: { container: 'ab'.repeat(32) } },
    { protect: { containers: ['ab'] } },
    true,
  ],
] as const)
  test(what, () => {
    const decision = decide({ ...miner, ...question } as ResponseQuestion, config(settings), 'block', nothing, noon)
    if (expected === true) return assert.deepEqual(decision, { may: true })
    assert.match(decision.may ? 'may' : `${decision.outcome}: ${decision.detail}`, expected)
  })

const anything = fc.record({
  kind: fc.constantFrom(...responseKinds),
  verdict: fc.constantFrom('confirmed', 'suspected', 'harmless', 'unknown'),
  mode: fc.constantFrom('off', 'observe', 'block'),
  dryRun: fc.boolean(),
  may: fc.subarray(['kill-process', 'block-address', 'disarm-autostart', 'quarantine-file', 'clean']),
  used: fc.nat(100),
  most: fc.nat(100),
  path: fc.constantFrom('/opt/a', '/opt/a/b', '/opt/b', '/srv'),
  protect: fc.subarray(['/opt/a', '/opt/', '/srv/x']),
  hour: fc.integer({ min: 0, max: 23 }),
})

test('nothing is done that one of the conditions forbids, and all that they allow', () => {
  fc.assert(
    fc.property(anything, ({ kind, verdict, mode, dryRun, may, used, most, path, protect, hour }) => {
      const settings = config({
        may,
        dryRun,
        between: { from: '08:00', to: '18:00' },
        mostPerHour: Object.fromEntries(Object.keys(nothing).map(one => [one, most])),
        protect: { paths: protect },
      })
      const counts = Object.fromEntries(Object.keys(nothing).map(one => [one, used])) as unknown as HourCounts
      const at = new Date(2026, 5, 1, hour, 30)
      const decision = decide({ kind, verdict, subject: { path } }, settings, mode, counts, at)
      const isProtected = protect.some(one => `${path}/`.startsWith(one.endsWith('/') ? one : `${one}/`))
      const allowed =
        verdict === 'confirmed' &&
        mode === 'block' &&
        !dryRun &&
        !isProtected &&
        hour >= 8 &&
        hour < 18 &&
        (kind === 'prevented' || may.includes(kind)) &&
        (limitOf[kind] === undefined || used < most)
      assert.equal(decision.may, allowed)
      if (decision.may) return
      assert.equal(decision.outcome, verdict !== 'confirmed' || isProtected ? 'refused' : 'would')
      assert.ok(decision.detail.endsWith('.'))
    }),
    { numRuns: 2_000 },
  )
})
