import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { upgradeRoutes } from '../../model/api/index.ts'
import type { Release } from '../../model/wire/index.ts'
import { Downloads } from '../gateway/index.ts'
import { addAgent, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { writeSetting } from '../orders/index.ts'
import { ProblemError } from '../problem-error.ts'
import { publishRelease } from '../testing/publish-release.ts'
import { type HandlerCaller, handlerCaller } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { upgradeHandlers } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'davylamp-upgrades-'))
let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof upgradeRoutes>
const hosts: Record<string, string> = {}

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(upgradeRoutes, upgradeHandlers({ downloads: new Downloads(folder) }), store, center)
  const able = ['scan', 'upgrade', 'upgrade:allowed']
  for (const [name, program, capabilities] of [
    ['allows', 'davylamp 0.1.0', able],
    ['too', 'davylamp 0.1.0', able],
    ['newest', 'davylamp 0.2.0', able],
    ['refuses', 'davylamp 0.1.0', ['scan', 'upgrade']],
  ] as const) {
    const { host, agent } = await addAgent(store, name, { capabilities: [...capabilities] })
    hosts[name] = host
    await store.store.tenant(store.tenant, async db => {
      await db.updateTable('agent').set({ program, online: true }).where('agent_id', '=', agent).execute()
      await db.updateTable('host').set({ architecture: 'x64' }).where('host_id', '=', host).execute()
    })
  }
})
after(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const publish = (program: string, change?: Partial<Release>) => publishRelease(folder, program, change)
const refused = (status: number) => (error: unknown) => error instanceof ProblemError && error.status === status
const all = { body: { scope: {} } }

test('without a signed release nothing can be upgraded', async () => {
  writeFileSync(join(folder, 'davylamp-0.2.0-linux-x64.tar.gz'), 'a package without a document')
  const { items } = await call('previewUpgrade', all)
  assert.deepEqual(
    items.map(one => [one.host.name, one.hindrance]),
    [
      ['allows', 'no-release'],
      ['newest', 'no-release'],
      ['refuses', 'not-allowed'],
      ['too', 'no-release'],
    ],
  )
})

for (const [what, break_] of [
  ['another package than it names', () => publish('0.3.0', { sha256: 'a'.repeat(64) })],
  ['a package that was cut', () => publish('0.3.0', { bytes: 1 })],
  ['another version than its name', () => publish('0.3.0', { program: '0.9.0' })],
  [
    'no document that can be read',
    () => writeFileSync(join(folder, 'davylamp-0.3.0-linux-x64.release.json'), '{"release":'),
  ],
] as const)
  test(`a release with ${what} is none`, async () => {
    break_()
    const { items } = await call('previewUpgrade', all)
    assert.ok(items.every(one => one.to === undefined))
    rmSync(join(folder, 'davylamp-0.3.0-linux-x64.release.json'))
  })

test('what was shown is ordered, exactly, of each that can; the others are named with the reason', async () => {
  const sha256 = publish('0.2.0')
  const { items, approvalsNeeded } = await call('previewUpgrade', all)
  assert.equal(approvalsNeeded, 0)
  const to = { version: '0.2.0', sha256 }
  assert.deepEqual(items, [
    { host: { id: hosts['allows'], name: 'allows' }, online: true, from: '0.1.0', to },
    { host: { id: hosts['newest'], name: 'newest' }, online: true, from: '0.2.0', hindrance: 'newest' },
    { host: { id: hosts['refuses'], name: 'refuses' }, online: true, from: '0.1.0', hindrance: 'not-allowed' },
    { host: { id: hosts['too'], name: 'too' }, online: true, from: '0.1.0', to },
  ])
  const newer = publish('0.2.1')
  const asked = (...names: string[]) => ({ body: { hosts: names.map(name => ({ host: hosts[name] ?? '', sha256 })) } })
  await assert.rejects(call('upgradeAgents', asked('allows')), refused(409), 'another release is the newest by now')
  rmSync(join(folder, 'davylamp-0.2.1-linux-x64.release.json'))
  assert.notEqual(newer, sha256)

  const ordered = await call('upgradeAgents', asked('allows', 'refuses'))
  assert.equal(ordered.hosts, 1)
  assert.deepEqual(
    ordered.refused.map(one => one.host),
    [hosts['refuses']],
  )
  const rows = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_order').select(['host_id', 'kind', 'action', 'state']).execute(),
  )
  assert.deepEqual(rows, [
    { host_id: hosts['allows'], kind: 'upgrade', action: { kind: 'upgrade', ...to }, state: 'queued' },
  ])
  assert.deepEqual(call.audited, ['agents.upgrade'])
  const [again] = (await call('previewUpgrade', { body: { scope: { hosts: [hosts['allows'] ?? ''] } } })).items
  assert.equal(again?.hindrance, 'under-way')
})

test('a second approver is told of before, and awaited', async () => {
  await store.store.tenant(store.tenant, db =>
    writeSetting(db, store.tenant, 'second-approver', { kinds: ['upgrade'], approvals: 2 }, 'mira'),
  )
  const { items, approvalsNeeded } = await call('previewUpgrade', { body: { scope: { hosts: [hosts['too'] ?? ''] } } })
  assert.equal(approvalsNeeded, 2)
  const { task } = await call('upgradeAgents', {
    body: { hosts: [{ host: hosts['too'] ?? '', sha256: items[0]?.to?.sha256 ?? '' }] },
  })
  const row = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_order').select(['state', 'approvals_needed']).where('task_id', '=', task).executeTakeFirst(),
  )
  assert.deepEqual(row, { state: 'waiting-approval', approvals_needed: 2 })
})

test('hosts of other groups do not exist', async () => {
  const sha256 = 'a'.repeat(64)
  await assert.rejects(call('previewUpgrade', all, [uuid7()]), refused(400))
  const body = { hosts: [{ host: hosts['too'] ?? '', sha256 }] }
  await assert.rejects(call('upgradeAgents', { body }, [uuid7()]), refused(404))
  await assert.rejects(call('upgradeAgents', { body }, { 'hosts:read': 'all' }), refused(404))
})
