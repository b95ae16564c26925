import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { z } from 'zod'
import { agentRoutes } from '../../model/api/index.ts'
import type { EnrolAnswer } from '../../model/wire/index.ts'
import { serve } from '../api/index.ts'
import { someone, startTestApi, type TestApi } from '../api/testing/test-api.ts'
import type { Keyring } from '../keys/index.ts'
import { uuid7 } from '../uuid7.ts'
import { agentHandlers } from './api.ts'
import { enrol } from './enrol.ts'
import { newIdentity } from './testing/test-agent.ts'

let api: TestApi
let rack = ''
before(async () => {
  const late: { keys?: Keyring } = {}
  const keys = {
    get authority() {
      assert.ok(late.keys)
      return late.keys.authority
    },
  }
  const downloads = {
    joinPackage: async (architecture: string) =>
      architecture === 'x64' ? { sha256: 'f'.repeat(64), folder: 'davylamp-1.2.3-linux-x64' } : undefined,
  }
  api = await startTestApi([serve(agentRoutes, agentHandlers({ keys, downloads }))])
  late.keys = api.keys
  rack = uuid7()
  const { tenant, group } = api.store
  await api.store.store.tenant(tenant, db =>
    db.insertInto('host_group').values({ tenant_id: tenant, group_id: rack, name: 'Rack', parent_id: group }).execute(),
  )
  api.people.set('admin', someone(tenant, ['hosts:read', 'hosts:enrol']))
  api.people.set('viewer', someone(tenant, ['hosts:read']))
  api.people.set('rack', someone(tenant, ['hosts:read', 'hosts:enrol'], [rack]))
})
after(() => api.close())

async function newToken(body: Record<string, unknown> = {}, as = 'admin') {
  const answer = await api.request('POST', '/api/v1/enrolment-tokens', {
    as,
    body: { group: api.store.group, ...body },
  })
  assert.equal(answer.status, 201, answer.text)
  return agentRoutes.createEnrolmentToken.answer.parse(answer.json)
}

async function asks(token: string, more: { machine?: string; csr?: string } = {}): Promise<EnrolAnswer> {
  const csr = more.csr ?? (await newIdentity()).csr
  const request = { token, csr, hostname: 'web-9', machine: more.machine ?? '', program: '0.1.0' }
  return enrol({ center: api.center, keys: api.keys }, request, '192.0.2.9')
}

async function get<T extends z.ZodType>(schema: T, path: string, as = 'admin'): Promise<z.output<T>> {
  const answer = await api.request('GET', `/api/v1${path}`, { as })
  assert.equal(answer.status, 200, answer.text)
  return schema.parse(answer.json)
}

test('a token is shown once, with what to run', async () => {
  const { token, object, instructions } = await newToken({ name: 'for the rack', uses: 2, tags: ['a', 'a'] })
  assert.deepEqual([object.usesLeft, object.tags, object.usable, object.group.name], [2, ['a'], true, 'All hosts'])
  assert.equal(
    instructions.join,
    `davylamp agent join https://center.example:8444 --token ${token} --ca ${api.keys.authority.fingerprint}`,
  )
  assert.deepEqual(
    instructions.install.map(({ architecture }) => architecture),
    ['x64'],
  )
  assert.match(instructions.install[0]?.command ?? '', /f{64} {2}davylamp-linux-x64\.tar\.gz/)
  assert.match(
    instructions.install[0]?.command ?? '',
    /-C \/opt\/davylamp && \/opt\/davylamp\/davylamp-1\.2\.3-linux-x64\/davylamp agent join /,
  )
  const list = await api.request('GET', '/api/v1/enrolment-tokens', { as: 'admin' })
  assert.ok(!list.text.includes(token))
  assert.ok(!JSON.stringify(api.audited).includes(token) && !JSON.stringify(api.log).includes(token))
  assert.equal((await asks(token)).state, 'enrolled')
  assert.equal((await api.request('DELETE', `/api/v1/enrolment-tokens/${object.id}`, { as: 'admin' })).status, 204)
  await assert.rejects(asks(token), /not good/)
})

test('rights end at the group', async () => {
  const body = { group: api.store.group }
  assert.equal((await api.request('POST', '/api/v1/enrolment-tokens', { as: 'viewer', body })).status, 403)
  assert.equal((await api.request('POST', '/api/v1/enrolment-tokens', { as: 'rack', body })).status, 404)
  const whole = await newToken({ needsApproval: true })
  const ofRack = await newToken({ group: rack, needsApproval: true }, 'rack')
  await asks(whole.token)
  await asks(ofRack.token)
  const tokens = await get(agentRoutes.listEnrolmentTokens.answer, '/enrolment-tokens?usable=false', 'rack')
  assert.deepEqual(
    tokens.items.map(one => one.id),
    [ofRack.object.id],
  )
  const waiting = await get(agentRoutes.listEnrolments.answer, '/enrolments?state=pending')
  assert.equal(waiting.items.length, 2)
  const seen = await get(agentRoutes.listEnrolments.answer, '/enrolments?state=pending', 'rack')
  assert.deepEqual(
    seen.items.map(one => one.token.id),
    [ofRack.object.id],
  )
  const foreign = waiting.items.find(one => one.token.id === whole.object.id)
  for (const path of [`/enrolments/${foreign?.id}/approve`, `/enrolments/${foreign?.id}/refuse`])
    assert.equal(
      (await api.request('POST', `/api/v1${path}`, { as: 'rack', ...(path.endsWith('approve') ? { body: {} } : {}) }))
        .status,
      404,
    )
  assert.equal((await api.request('DELETE', `/api/v1/enrolment-tokens/${whole.object.id}`, { as: 'rack' })).status, 404)
})

test('approve, as a new host or as the known one; refuse; each once', async () => {
  const { token } = await newToken({ needsApproval: true, uses: 3 })
  const open = await newToken()
  const former = await asks(open.token, { machine: 'm7' })
  assert.ok(former.state === 'enrolled')
  const { csr } = await newIdentity()
  const pending = async () =>
    (await get(agentRoutes.listEnrolments.answer, '/enrolments?state=pending')).items.find(
      one => one.token.name === '' && one.hostname === 'web-9',
    )
  assert.equal((await asks(token, { csr, machine: 'm7' })).state, 'pending')
  const row = await pending()
  assert.ok(row?.knownHost !== undefined)
  const approve = (id: string, body: unknown) =>
    api.request('POST', `/api/v1/enrolments/${id}/approve`, { as: 'admin', body })
  assert.equal((await approve(row.id, { keepHost: true })).status, 200)
  assert.equal((await approve(row.id, {})).status, 409)
  const again = await asks(token, { csr, machine: 'm7' })
  assert.ok(again.state === 'enrolled')
  const agent = await get(agentRoutes.getAgent.answer, `/agents/${again.agent}`)
  assert.equal(agent.host.id, row.knownHost.id)
  assert.equal((await get(agentRoutes.getAgent.answer, `/agents/${former.agent}`)).state, 'replaced')

  const other = await newIdentity()
  assert.equal((await asks(token, other)).state, 'pending')
  const second = (await get(agentRoutes.listEnrolments.answer, '/enrolments?state=pending')).items[0]
  assert.ok(second)
  assert.equal((await approve(second.id, { keepHost: true })).status, 400)
  assert.equal((await api.request('POST', `/api/v1/enrolments/${second.id}/refuse`, { as: 'admin' })).status, 200)
  await assert.rejects(asks(token, other), /turned away/)
})

test('agents: pages, one, that of a host, revoke', async () => {
  const { token } = await newToken({ uses: 3, group: rack })
  const made = await Promise.all([asks(token), asks(token), asks(token)])
  const first = await get(agentRoutes.listAgents.answer, '/agents?limit=2', 'rack')
  const rest = await get(agentRoutes.listAgents.answer, `/agents?limit=2&after=${first.next}`, 'rack')
  assert.deepEqual(
    [...first.items, ...rest.items].map(one => one.id).sort(),
    made.map(one => (one.state === 'enrolled' ? one.agent : '')).sort(),
  )
  assert.equal(rest.next, undefined)
  const [one] = first.items
  assert.ok(one)
  assert.deepEqual(await get(agentRoutes.getHostAgent.answer, `/hosts/${one.host.id}/agent`), one)
  const revoke = (as: string) =>
    api.request('POST', `/api/v1/agents/${one.id}/revoke`, { as, body: { because: 'lost laptop' } })
  assert.equal((await revoke('viewer')).status, 403)
  const answer = agentRoutes.revokeAgent.answer.parse((await revoke('rack')).json)
  assert.deepEqual([answer.state, answer.revokedBecause], ['revoked', 'lost laptop'])
  assert.equal((await revoke('rack')).status, 409)
  assert.equal((await api.request('GET', `/api/v1/agents/${uuid7()}`, { as: 'admin' })).status, 404)
})
