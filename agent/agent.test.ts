import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type AgentFrame, agentConfig, agentFrame, defaultPolicy, report as reportSchema } from '../model/wire/index.ts'
import { Agent } from './agent.ts'
import type { AgentOptions } from './agent-options.ts'
import { readIdentity, type StoredIdentity, writeIdentity } from './identity.ts'
import { agentFolders, readJson } from './own-files.ts'
import { readStatus } from './status.ts'
import { type FakeWorker, fakeWorker, type Prepared } from './testing/fake-worker.ts'
import { type StubCenter, stubCenter, type StubOptions, until } from './testing/stub-center.ts'

interface Scene {
  readonly state: string
  readonly log: string[]
  readonly center?: StubCenter
  start(options?: Partial<AgentOptions>, prepared?: Prepared): Promise<{ agent: Agent; worker: FakeWorker }>
}

async function scene(test: TestContext, stub?: StubOptions, identity: Partial<StoredIdentity> = {}): Promise<Scene> {
  const state = mkdtempSync(join(tmpdir(), 'agent-agent-'))
  const log: string[] = []
  const center = stub === undefined ? undefined : await stubCenter(stub)
  if (center !== undefined) writeIdentity(agentFolders(state, true), { ...(await center.identity()), ...identity })
  const agents: Agent[] = []
  test.after(async () => {
    for (const one of agents) await one.stop('shutdown')
    await center?.close()
    rmSync(state, { recursive: true })
  })
  return {
    state,
    log,
    ...(center === undefined ? {} : { center }),
    async start(options = {}, prepared = {}) {
      let worker: FakeWorker | undefined
      const agent = await Agent.start({
        state,
        program: 'davylamp 0.1.0',
        launcher: '/nonexistent',
        readConfig: async () => agentConfig.parse(center === undefined ? {} : { center: center.url }),
        upgrade: async () => {},
        log: line => log.push(line),
        connection: { pauseFactor: 0.001 },
        tickMs: 20,
        ...options,
        makeWorker: given => {
          worker = fakeWorker(given, prepared)
          return worker
        },
      })
      agents.push(agent)
      assert.ok(worker !== undefined)
      return { agent, worker }
    },
  }
}

/** With this everything is due at once, and then after nine tenths of its period. */
const allDue = { random: () => 0 }

const details = (center: StubCenter | undefined) =>
  [...(center?.taken.values() ?? [])].flatMap(one => [...one.values()]) as { kind: string }[]

test('it connects, does what is due one by one, and its reports arrive', async t => {
  const s = await scene(t, {})
  const { worker } = await s.start(allDue)
  await until('all done', () => worker.asked.length >= 6)
  assert.deepEqual([...worker.asked].sort(), [
    'inventory changes',
    'inventory whole',
    'kept',
    'kept',
    'look quick',
    'tampering',
  ])
  await until('reports', () => details(s.center).some(one => one.kind === 'health') && details(s.center).length >= 2)
  for (const one of details(s.center)) assert.ok(reportSchema.parse(one))
  const [hello] = s.center?.peers[0]?.frames ?? []
  const read = agentFrame.parse(hello)
  assert.ok(read.type === 'hello' && read.orderSequence === 3 && read.capabilities.includes('scan:quick'))
  const status = readStatus(agentFolders(s.state))
  assert.equal(status?.running, true)
  await until('shown as connected', () => readStatus(agentFolders(s.state))?.connection?.state === 'connected')
})

test('orders are judged in the order in which they came, and carried out before what was planned', async t => {
  const s = await scene(t, {})
  const { worker } = await s.start()
  const peer = await until('connected', () => s.center?.peers[0])
  await until('welcome', () => s.log.some(line => line.startsWith('connected to')))
  for (const id of ['a', 'b', 'c']) peer.say({ type: 'order', order: { id } })
  await until('done', () => worker.asked.includes('carry out c'))
  assert.deepEqual(
    worker.asked.filter(one => one.startsWith('take') || one.startsWith('carry')).filter(one => one.startsWith('take')),
    ['take {"id":"a"}', 'take {"id":"b"}', 'take {"id":"c"}'],
  )
  assert.deepEqual(
    worker.asked.filter(one => one.startsWith('carry')),
    ['carry out a', 'carry out b', 'carry out c'],
  )
})

test('what was not finished before is carried out at the next start', async t => {
  const s = await scene(t)
  const { worker } = await s.start({}, { start: ['left-over'] })
  await until('carried out', () => worker.asked.includes('carry out left-over'))
})

test('a policy of the center is taken over, bounded by agent.yml, and holds after a restart without the center', async t => {
  const s = await scene(t, {
    heard(peer, frame) {
      if (frame['type'] === 'hello')
        setImmediate(() => peer.say({ type: 'policy', policy: { ...defaultPolicy, version: 7, prevention: 'block' } }))
      return undefined
    },
  })
  const readConfig = async () => agentConfig.parse({ center: s.center?.url, prevention: 'observe' })
  const first = await s.start({ readConfig })
  await until('policy', () => first.worker.surroundings.policy().version === 7)
  assert.equal(first.worker.surroundings.policy().prevention, 'observe')
  await first.agent.stop('shutdown')
  await s.center?.close()
  const second = await s.start({ readConfig })
  assert.equal(second.worker.surroundings.policy().version, 7)
})

test('without a center it works alone, tells people itself, and keeps no spool for nobody', async t => {
  const s = await scene(t)
  const told: string[] = []
  const { worker } = await s.start(
    { ...allDue, teller: { tell: async (_, { verdict }) => void told.push(verdict) } },
    { result: { verdict: 'confirmed', incidents: [] } },
  )
  await until('told', () => told.length === 1)
  assert.deepEqual(told, ['confirmed'])
  assert.equal(worker.surroundings.report({ kind: 'tampering', what: 'x', detail: 'y' }), 0)
})

test('a job that fails is said, and the others go on', async t => {
  const s = await scene(t)
  const { worker } = await s.start(
    { ...allDue, teller: { tell: () => Promise.reject(new Error('no mail\u001b[2J')) } },
    { result: { verdict: 'suspected', incidents: [] } },
  )
  await until('the rest', () => ['kept', 'tampering'].every(one => worker.asked.includes(one)))
  await until('said', () => s.log.some(line => line === 'quick scan: no mail [2J'))
})

test('a second agent on the same folder says so and ends', async t => {
  const s = await scene(t)
  await s.start()
  await assert.rejects(s.start(), { name: 'AgentBusy' })
})

test('agent.yml that names another center than the one that was joined: nothing is sent to either', async t => {
  const s = await scene(t, {})
  await s.start({ readConfig: async () => agentConfig.parse({ center: 'https://elsewhere.example:8444' }) })
  assert.match(s.log.join('\n'), /names https:\/\/elsewhere.example:8444, but this host joined/)
  assert.equal(s.center?.peers.length, 0)
})

test('a wrong agent.yml at a reload is said, and the policy of before holds', async t => {
  const s = await scene(t)
  let wrong = false
  const { agent, worker } = await s.start({
    readConfig: async () => {
      if (wrong) throw new Error('agent.yml:1: no')
      return agentConfig.parse({ upgrade: true })
    },
  })
  wrong = true
  await agent.reload()
  assert.equal(worker.surroundings.config().upgrade, true)
  assert.match(s.log.join('\n'), /not taken over: agent.yml:1: no/)
})

test('that the center may upgrade it is said while the owner of the host lets it, and said anew after a reload', async t => {
  const s = await scene(t, {})
  let lets = {}
  let replaceable = true
  const { agent } = await s.start({
    readConfig: async () => agentConfig.parse({ center: s.center?.url, ...lets }),
    replaceable: () => replaceable,
  })
  const said = () => s.center?.peers.map(peer => agentFrame.parse(peer.frames[0])).map(allowsUpgrade) ?? []
  const reloaded = async (connections: number) => {
    await agent.reload()
    await until('connected', () => s.log.filter(line => line.startsWith('connected to')).length >= connections)
  }
  await until('connected', () => s.log.some(line => line.startsWith('connected to')))
  lets = { upgrade: true }
  await reloaded(2)
  lets = { upgrade: true, orders: { accept: ['scan'] } }
  await reloaded(3)
  lets = { upgrade: true }
  await reloaded(4)
  replaceable = false
  await reloaded(5)
  lets = { upgrade: true, scan: { cpuPercent: 5 } }
  await reloaded(5)
  assert.deepEqual(said(), [false, true, false, true, false])
})

function allowsUpgrade(hello: AgentFrame): boolean {
  return hello.type === 'hello' && hello.capabilities.includes('upgrade:allowed')
}

test('stopping takes leave, tells the worker, and lets the spool go', async t => {
  const s = await scene(t, {})
  const { agent, worker } = await s.start()
  await until('connected', () => s.log.some(line => line.startsWith('connected to')))
  const peer = s.center?.peers[0]
  await agent.stop('shutdown')
  assert.equal(await agent.ended, 'shutdown')
  await until('goodbye', () => peer?.frames.some(one => one['type'] === 'goodbye'))
  assert.ok(worker.asked.includes('stop'))
  assert.equal(readStatus(agentFolders(s.state))?.running, false)
  assert.ok(await s.start(), 'the lock is free again')
})

test('a certificate past two thirds of its life is renewed, and the next connection bears the new one', async t => {
  const day = 86_400_000
  const s = await scene(t, {
    http(request, body, response) {
      if (request.url !== '/agent/v1/renew') return false
      void (async () => {
        const { csr } = JSON.parse(body) as { csr: string }
        const authority = s.center?.authority
        const certificate = await authority?.client(csr, 'renewed')
        response.end(JSON.stringify({ certificate, authority: authority?.certificate, orderKeys: [] }))
      })()
      return true
    },
  })
  const folders = agentFolders(s.state)
  const before = readIdentity(folders)
  assert.ok(before !== undefined && s.center !== undefined)
  const { newKeyAndRequest } = await import('./certificate-request.ts')
  const { privateKey, request } = newKeyAndRequest('old')
  const certificate = await s.center.authority.client(
    request,
    'old',
    new Date(Date.now() - 70 * day),
    new Date(Date.now() + 20 * day),
  )
  writeIdentity(folders, { ...before, privateKey, certificate })
  const { worker } = await s.start(allDue)
  await until('new connection', () => s.center?.peers.some(peer => peer.commonName === 'renewed'))
  const after = readIdentity(folders)
  assert.notEqual(after?.privateKey, privateKey)
  assert.deepEqual(after?.orderKeys, before.orderKeys)
  assert.ok(worker.asked.includes('remember'))
  assert.equal(s.center.peers[0]?.commonName, 'old')
})

test('rule packs are fetched by their hash, and what is not what was announced is not kept', async t => {
  const { createHash } = await import('node:crypto')
  const good = createHash('sha256').update('title: x\n').digest('hex')
  const s = await scene(t, {
    http(request, _, response) {
      if (request.url?.startsWith('/agent/v1/packs/') !== true) return false
      response.end('title: x\n')
      return true
    },
    heard(peer, frame) {
      const pack = (sha256: string) => ({ name: 'p', version: 1, sha256 })
      if (frame['type'] === 'hello')
        setImmediate(() => peer.say({ type: 'rules', packs: [pack(good), pack('b'.repeat(64))] }))
      return undefined
    },
  })
  await s.start()
  await until('said', () => s.log.some(line => /could not be had: p: its content is not what was announced/.test(line)))
  const { readdirSync } = await import('node:fs')
  assert.deepEqual(readdirSync(agentFolders(s.state).packs), [`${good}.yml`])
  assert.ok(readJson(agentFolders(s.state).config))
})

test('numbers for Prometheus, at the address of agent.yml, also when it is another one', async t => {
  const s = await scene(t)
  let listen = '127.0.0.1:0'
  const readConfig = async () => agentConfig.parse({ metrics: { listen } })
  const { agent, worker } = await s.start({ readConfig })
  worker.surroundings.report({ kind: 'tampering', what: 'test', detail: 'touched' })
  await until('it listens', () => s.log.some(line => line.startsWith('metrics at ')))
  const address = agent.metricsAddress
  const text = await (await fetch(`http://${address}/metrics`)).text()
  assert.match(text, /^davylamp_agent_running 1$/m)
  assert.match(text, /^davylamp_tampering_total 1$/m)
  listen = '127.0.0.2:0'
  await agent.reload()
  await until('it listens there', () => agent.metricsAddress?.startsWith('127.0.0.2:'))
  await assert.rejects(fetch(`http://${address}/metrics`))
  await agent.stop('shutdown')
  assert.equal(agent.metricsAddress, undefined)
  const status = readStatus(agentFolders(s.state))
  assert.deepEqual([status?.tamperingCount, status?.tampering?.[0]?.detail], [1, 'touched'])
})
