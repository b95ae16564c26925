import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalHash } from '../../engine/index.ts'
import type { Action, Plan } from '../../model/index.ts'
import { type Approval, agentConfig, type OrderAction, signedOrder } from '../../model/wire/index.ts'
import { capabilities } from '../work/capabilities.ts'
import { judgeOrder } from './judge-order.ts'
import type { HostKnowledge } from './knowledge.ts'
import { centerHand, ed25519Approver, webauthnApprover } from './testing/center-hand.ts'

const center = centerHand()
const ann = ed25519Approver('ann')
const bob = ed25519Approver('bob')
const key = webauthnApprover('carol', 'ES256')
const touch = webauthnApprover('dave', 'EdDSA')
const pinned = [ann, bob, key, touch].map(one => one.pinned)

const plan = planWith([{ kind: 'quarantine-file', path: '/opt/app/x', sha256: 'a'.repeat(64) }])
const other = planWith([{ kind: 'quarantine-file', path: '/opt/app/y', sha256: 'b'.repeat(64) }], 'susp')

function planWith(actions: readonly Action[], incident = 'conf'): Plan {
  const body: Omit<Plan, 'id'> = {
    format: 'davylamp-plan',
    version: 1,
    target: { root: '/', live: true },
    incidents: [incident],
    actions: actions.map((action, at) => ({
      number: at + 1,
      phase: 'remove',
      action,
      reason: 'test',
      incident,
      findings: [],
      fact: 'f',
      undoable: true,
      dependsOn: [],
    })),
    skipped: [],
    advice: [],
  }
  return { ...body, id: canonicalHash(body) }
}

function host(orders: object = {}, more: Partial<HostKnowledge> = {}): HostKnowledge {
  const incident = (id: string, verdict: 'confirmed' | 'suspected' | 'exposure') => ({
    id,
    verdict,
    title: id,
    findings: [`${id}-f`],
    addresses: ['203.0.113.9'],
    seenAt: '2026-01-01T00:00:00Z',
  })
  const incidents = [incident('conf', 'confirmed'), incident('susp', 'suspected'), incident('door', 'exposure')]
  const kept = [
    { id: plan.id, incident: 'conf', handling: 'in-depth' as const, keptAt: '' },
    { id: other.id, incident: 'susp', handling: 'in-depth' as const, keptAt: '' },
    { id: 'f'.repeat(64), incident: 'conf', handling: 'in-depth' as const, keptAt: '' },
  ]
  return {
    agent: center.agent,
    orderKeys: center.orderKeys,
    now: new Date(),
    minuteOfDay: 12 * 60,
    lastSequence: 0,
    hasNonce: () => false,
    approvalUsed: () => false,
    policy: agentConfig.parse({ orders: { approvers: pinned, ...orders } }).orders,
    mayUpgrade: false,
    capabilities,
    waiting: 0,
    incident: id => incidents.find(one => one.id === id),
    keptFor: id => kept.filter(one => one.id === id),
    plan: id => [plan, other].find(one => one.id === id),
    run: id => (id === 'ours' ? 'ordered' : id === 'theirs' ? 'local' : undefined),
    entry: id =>
      id === 'entry' || id === 'foreign' || id === 'copy'
        ? {
            sha256: 'c'.repeat(64),
            why: id === 'copy' ? 'preserved' : 'quarantined',
            path: '/srv/data/x',
            size: id === 'entry' ? 3 * 1_048_576 : 7,
            run: id === 'foreign' ? 'theirs' : 'ours',
          }
        : undefined,
    blockedByCenter: address => address === '203.0.113.9',
    order: () => undefined,
    resolve: path => path,
    ...more,
  }
}

const said = (order: unknown, knowledge = host()) => {
  const judged = judgeOrder(order, knowledge)
  return judged.kind === 'accepted' ? 'accepted' : judged.refusal
}
const clean = (more: object = {}): OrderAction => ({ kind: 'clean', incident: 'conf', handling: 'in-depth', ...more })
const sha256 = 'c'.repeat(64)
const undo = (run: string): OrderAction => ({ kind: 'undo', run })
const block = (more: object = {}): OrderAction => ({ kind: 'block', addresses: ['203.0.113.9'], seconds: 600, ...more })

for (const [name, action, expected] of [
  ['a quick scan', { kind: 'scan', mode: 'quick' }, 'accepted'],
  ['the processes of now', { kind: 'report-processes' }, 'accepted'],
  ['a full scan', { kind: 'scan', mode: 'full', cpuPercent: 20 }, 'accepted'],
  ['a scan of a path', { kind: 'scan', mode: 'path', path: '/etc' }, 'accepted'],
  ['a scan of a path that names none', { kind: 'scan', mode: 'path' }, 'not-capable'],
  ['a quick scan that names a path', { kind: 'scan', mode: 'quick', path: '/etc' }, 'not-capable'],
  ['its own incident', clean(), 'accepted'],
  ['its own plan', clean({ plan: plan.id }), 'accepted'],
  ['a suspected incident', clean({ incident: 'susp' }), 'accepted'],
  ['an exposure', clean({ incident: 'door' }), 'no-such-incident'],
  ['an incident that it did not compute', clean({ incident: 'made-up' }), 'no-such-incident'],
  ['the first letters of an incident', clean({ incident: 'con' }), 'no-such-incident'],
  ['an option for an incident', clean({ incident: '--plan=/tmp/x' }), 'no-such-incident'],
  ['a finding of another incident', clean({ finding: 'susp-f' }), 'no-such-incident'],
  ['a plan that it does not keep', clean({ plan: 'e'.repeat(64) }), 'no-such-plan'],
  ['a path for a plan', clean({ plan: '../../../../tmp/plan' }), 'no-such-plan'],
  ['the plan of another incident', clean({ plan: other.id }), 'plan-differs'],
  ['the plan for more than was asked', clean({ plan: plan.id, handling: 'terminate' }), 'plan-differs'],
  ['a kept plan whose bytes changed', clean({ plan: 'f'.repeat(64) }), 'plan-differs'],
  ['proving a run', { kind: 'prove', run: 'theirs' }, 'accepted'],
  ['proving no run', { kind: 'prove', run: '../x' }, 'no-such-run'],
  ['undo of a run that it ordered', undo('ours'), 'accepted'],
  ['undo of what people did', undo('theirs'), 'needs-approval'],
  ['undo of no run', undo('none'), 'no-such-run'],
  ['restore of what it had taken', { kind: 'restore', entry: 'entry', sha256 }, 'accepted'],
  ['restore of what people took', { kind: 'restore', entry: 'foreign', sha256 }, 'needs-approval'],
  ['restore of another content', { kind: 'restore', entry: 'entry', sha256: 'd'.repeat(64) }, 'no-such-entry'],
  ['restore of a mere copy', { kind: 'restore', entry: 'copy', sha256 }, 'no-such-entry'],
  ['sending what it had taken', { kind: 'send-quarantined', entry: 'entry', sha256 }, 'accepted'],
  ['sending what people took', { kind: 'send-quarantined', entry: 'foreign', sha256 }, 'needs-approval'],
  ['sending a mere copy', { kind: 'send-quarantined', entry: 'copy', sha256 }, 'no-such-entry'],
  ['sending another content', { kind: 'send-quarantined', entry: 'entry', sha256: 'd'.repeat(64) }, 'no-such-entry'],
  ['sending a path', { kind: 'send-quarantined', entry: '../../../etc/shadow', sha256 }, 'no-such-entry'],
  ['block of the incident’s address', block({ incident: 'conf' }), 'accepted'],
  ['block of another address', block({ incident: 'conf', addresses: ['192.0.2.1'] }), 'needs-approval'],
  [
    'block of its address and another',
    block({ incident: 'conf', addresses: ['203.0.113.9', '192.0.2.1'] }),
    'needs-approval',
  ],
  ['block without an incident', block(), 'needs-approval'],
  ['block for a made-up incident', block({ incident: 'made-up' }), 'no-such-incident'],
  ['unblock of what the center blocked', { kind: 'unblock', addresses: ['203.0.113.9'] }, 'accepted'],
  ['unblock of what people blocked', { kind: 'unblock', addresses: ['203.0.113.10'] }, 'needs-approval'],
  ['an upgrade that the host does not allow', { kind: 'upgrade', version: '9', sha256 }, 'local-policy'],
  ['cancel of no order', { kind: 'cancel', order: 'x' }, 'not-of-this-center'],
] as const satisfies readonly (readonly [string, OrderAction, string])[])
  test(`the center alone: ${name} – ${expected}`, () => assert.equal(said(center.order(action)), expected))

for (const [name, orders, action, expected] of [
  ['a kind that is not taken', { accept: ['scan'] }, clean(), 'local-policy'],
  ['processes, where nobody is to see them', { accept: ['scan'] }, { kind: 'report-processes' }, 'local-policy'],
  [
    'files, of which none is to leave',
    { accept: ['restore'] },
    { kind: 'send-quarantined', entry: 'entry', sha256 },
    'local-policy',
  ],
  [
    'a file that is too large',
    { mostFileMegabytes: 2 },
    { kind: 'send-quarantined', entry: 'entry', sha256 },
    'local-policy',
  ],
  ['a file that just fits', { mostFileMegabytes: 3 }, { kind: 'send-quarantined', entry: 'entry', sha256 }, 'accepted'],
  ['a kind that needs approval', { needApproval: ['clean'] }, clean({ plan: plan.id }), 'needs-approval'],
  ['suspected incidents', { suspected: false }, clean({ incident: 'susp', plan: other.id }), 'needs-approval'],
  ['confirmed ones besides', { suspected: false }, clean(), 'accepted'],
  ['too many actions', { mostActions: 1 }, clean({ plan: plan.id }), 'accepted'],
  ['a path that nobody may touch', { neverTouch: ['/opt/app'] }, clean({ plan: plan.id }), 'protected'],
  ['a path with a slash at its end', { neverTouch: ['/opt/app/'] }, clean({ plan: plan.id }), 'protected'],
  ['a neighbour of that path', { neverTouch: ['/opt/ap'] }, clean({ plan: plan.id }), 'accepted'],
  ['restore below it', { neverTouch: ['/srv'] }, { kind: 'restore', entry: 'entry', sha256 }, 'protected'],
  ['another time of day', { between: { from: '20:00', to: '06:00' } }, clean(), 'local-policy'],
  ['the right time of day', { between: { from: '11:00', to: '13:00' } }, clean(), 'accepted'],
] as const satisfies readonly (readonly [string, object, OrderAction, string])[])
  test(`local policy: ${name} – ${expected}`, () => assert.equal(said(center.order(action), host(orders)), expected))

test('a link around a protected folder does not help', () => {
  const resolve = (path: string) => path.replace(/^\/opt\/app/, '/srv/vault')
  assert.equal(
    said(center.order(clean({ plan: plan.id })), host({ neverTouch: ['/srv/vault'] }, { resolve })),
    'protected',
  )
})

test('more actions than one order may', () => {
  const two = planWith([
    { kind: 'quarantine-file', path: '/a' },
    { kind: 'quarantine-file', path: '/b' },
  ])
  const knowledge = host(
    { mostActions: 1 },
    { plan: () => two, keptFor: id => [{ id, incident: 'conf', handling: 'in-depth', keptAt: '' }] },
  )
  assert.equal(said(center.order(clean({ plan: two.id })), knowledge), 'local-policy')
})

const scan: OrderAction = { kind: 'scan', mode: 'quick' }
const later = (ms: number) => new Date(Date.now() + ms).toISOString()
test('who made it, for whom, and when', () => {
  const foreign = { ...center.order(scan), signature: centerHand(center.agent).order(scan).signature }
  assert.equal(said(foreign), 'bad-signature')
  assert.equal(said({ ...center.order(scan), key: 'k2' }), 'bad-signature')
  assert.equal(said(center.order(scan, { agent: randomUUID() })), 'wrong-agent')
  assert.equal(said(center.order(scan, { sequence: 7 }), host({}, { lastSequence: 7 })), 'replayed')
  assert.equal(said(center.order(scan, { sequence: 8 }), host({}, { lastSequence: 7 })), 'accepted')
  assert.equal(said(center.order(scan), host({}, { hasNonce: () => true })), 'replayed')
  assert.equal(said(center.order(scan, { issuedAt: later(-900_000), expiresAt: later(-400_000) })), 'expired')
  assert.equal(said(center.order(scan, { issuedAt: later(-900_000), expiresAt: later(-200_000) })), 'accepted')
  assert.equal(said(center.order(scan, { issuedAt: later(400_000) })), 'expired')
  assert.equal(said(center.order(scan, { expiresAt: later(40 * 86_400_000) })), 'expired')
  assert.equal(said(center.order(scan), host({}, { waiting: 100 })), 'busy')
  assert.equal(said(center.order(clean({ force: true }))), 'unknown-kind')
  assert.equal(said({ ...center.order(scan), sudo: true }), 'unknown-kind')
})

test('an approver signs exactly one thing on one host, and each counts once', () => {
  const action = clean({ plan: plan.id })
  const strict = { needApproval: ['clean', 'undo', 'block'] }
  const by = (approvals: readonly Approval[], more: object = {}, knowledge: Partial<HostKnowledge> = {}) =>
    said(center.order(action, {}, approvals), host({ ...strict, ...more }, knowledge))
  const of = { agent: center.agent, action }
  for (const hand of [ann, key, touch]) assert.equal(by([hand.approve(of)]), 'accepted', hand.pinned.name)
  assert.equal(by([ann.approve({ ...of, agent: randomUUID() })]), 'approval-invalid')
  assert.equal(by([ann.approve({ ...of, action: clean() })]), 'approval-invalid')
  assert.equal(by([ann.approve(of, { expiresAt: later(-1) })]), 'approval-invalid')
  assert.equal(by([ann.approve(of, { expiresAt: later(90 * 86_400_000) })]), 'approval-invalid')
  assert.equal(by([ed25519Approver('mallory').approve(of)]), 'approval-invalid')
  assert.equal(by([ed25519Approver('ann').approve(of)]), 'approval-invalid')
  assert.equal(by([{ ...ann.approve(of), approver: 'bob' }]), 'approval-invalid')
  assert.equal(by([ann.approve(of)], {}, { approvalUsed: () => true }), 'approval-invalid')
  const two = { approvals: 2 }
  assert.equal(by([ann.approve(of)], two), 'needs-second-approval')
  assert.equal(by([ann.approve(of), ann.approve(of, { expiresAt: later(60_000) })], two), 'needs-second-approval')
  assert.equal(by([ann.approve(of), bob.approve(of)], two), 'accepted')
  const twice = { ...two, approvers: [ann.pinned, { ...ann.pinned, name: 'also ann' }] }
  assert.equal(by([ann.approve(of), { ...ann.approve(of), approver: 'also ann' }], twice), 'needs-second-approval')
  // Without a plan nobody can know what was approved.
  assert.equal(
    said(center.order(clean(), {}, [ann.approve({ ...of, action: clean() })]), host(strict)),
    'needs-approval',
  )
  assert.equal(said(center.order(undo('theirs'), {}, [ann.approve({ ...of, action: undo('theirs') })])), 'accepted')
})

for (const [name, otherwise] of [
  ['another origin', { origin: 'https://evil.example' }],
  ['another relying party', { relyingParty: 'evil.example' }],
  ['no touch', { flags: 0 }],
  ['another ceremony', { type: 'webauthn.create' }],
  ['another credential', { credential: 'cred-2' }],
] as const)
  test(`a security key: ${name} does not count`, () => {
    const action = undo('theirs')
    for (const hand of [key, touch])
      assert.equal(
        said(center.order(action, {}, [hand.touch({ agent: center.agent, action }, otherwise)])),
        'approval-invalid',
      )
  })

test('any JSON is refused, or is an order whose every byte the center signed', () => {
  const proper = center.order(clean({ plan: plan.id }))
  const mutated = fc
    .tuple(fc.jsonValue(), fc.constantFrom(...pathsOf(proper)))
    .map(([value, path]) => withValue(proper, path, value))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue({ maxDepth: 5 }), mutated), input => {
      const judged = judgeOrder(JSON.parse(JSON.stringify(input)), host())
      if (judged.kind === 'refused') return
      assert.deepEqual(signedOrder.parse(input).order, proper.order)
    }),
    { numRuns: 3_000 },
  )
})

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, one]) => pathsOf(one, [...path, name]))]
}

function withValue(value: unknown, [name, ...rest]: Path, put: unknown): unknown {
  if (name === undefined) return put
  return { ...(value as object), [name]: withValue((value as Record<string, unknown>)[name], rest, put) }
}
