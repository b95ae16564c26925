import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type AgentFrame, agentFrame } from '../../model/wire/index.ts'
import type { StoredIdentity } from '../identity.ts'
import { Spool } from '../spool.ts'
import { testAuthority } from '../testing/authority.ts'
import { type StubCenter, stubCenter, type StubOptions, until } from '../testing/stub-center.ts'
import { Connection, type ConnectionParts } from './connection.ts'

interface Scene {
  readonly center: StubCenter
  readonly spool: Spool
  readonly connection: Connection
  readonly orders: unknown[]
  readonly log: string[]
  identity: StoredIdentity
}

async function scene(
  test: TestContext,
  options: StubOptions = {},
  parts: Partial<ConnectionParts> = {},
): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-connection-'))
  const center = await stubCenter(options)
  const spool = new Spool({ path: join(folder, 'spool.db'), mostBytes: 1e9 })
  const orders: unknown[] = []
  const log: string[] = []
  const made = {
    center,
    spool,
    orders,
    log,
    identity: await center.identity(),
  }
  const connection = new Connection({
    identity: () => made.identity,
    hello: () => hello(spool),
    spool,
    listener: {
      welcomed: () => {},
      order: order => orders.push(order),
      policy: () => {},
      rules: () => {},
      log: line => log.push(line),
    },
    pauseFactor: 0.001,
    ...parts,
  })
  test.after(async () => {
    await connection.stop('shutdown')
    await center.close()
    spool.close()
    rmSync(folder, { recursive: true })
  })
  connection.start()
  return Object.assign(made, { connection })
}

function hello(spool: Spool): Extract<AgentFrame, { type: 'hello' }> {
  const now = new Date().toISOString()
  return {
    type: 'hello',
    protocol: 1,
    program: 'davylamp 0',
    capabilities: [],
    hostname: 'h',
    system: 's',
    kernel: 'k',
    architecture: 'x64',
    machine: 'm',
    boot: 'b',
    addresses: [],
    startedAt: now,
    clock: now,
    spool: spool.id,
    policyVersion: 0,
    orderSequence: 0,
  }
}

const report = (detail: string) => ({ kind: 'tampering', what: 'test', detail }) as const
const stored = ({ center, spool }: Pick<Scene, 'center' | 'spool'>) =>
  [...(center.taken.get(spool.id) ?? [])].map(([sequence, one]) => [sequence, (one as { detail: string }).detail])
const lastPeer = (center: StubCenter) => center.peers.at(-1)

test('what lay in the spool and what comes later is sent in order, and forgotten when it is acknowledged', async t => {
  const s = await scene(t)
  for (let index = 0; index < 450; index++) s.spool.append(report(String(index)))
  s.connection.pump()
  await until('all acknowledged', () => s.spool.state().items === 0)
  s.spool.append(report('later'))
  s.connection.pump()
  await until('the later one', () => s.spool.state().items === 0)
  assert.equal(stored(s).length, 451)
  assert.deepEqual(stored(s).at(-1), [451, 'later'])
  for (const frame of lastPeer(s.center)?.frames ?? []) assert.ok(agentFrame.parse(frame))
  assert.equal(lastPeer(s.center)?.commonName, s.identity.agent)
  assert.equal(s.connection.state.state, 'connected')
})

test('the next batch goes only when the last is on the center’s disk; wait stops all, and what was not taken goes again', async t => {
  const held: string[] = []
  let mode: 'hold' | 'wait' | 'usual' = 'hold'
  const s = await scene(t, {
    heard(peer, frame) {
      if (frame['type'] !== 'reports' || mode === 'usual') return undefined
      held.push(mode)
      if (mode === 'wait') {
        peer.say({ type: 'wait', seconds: 0.05 })
        mode = 'usual'
      }
      return true
    },
  })
  s.spool.append(report('one'))
  s.connection.pump()
  await until('first batch', () => held.length === 1)
  s.spool.append(report('two'))
  s.connection.pump()
  s.connection.pump()
  assert.equal(lastPeer(s.center)?.frames.filter(one => one['type'] === 'reports').length, 1)
  mode = 'wait'
  lastPeer(s.center)?.say({ type: 'wait', seconds: 0 })
  lastPeer(s.center)?.say({ type: 'nonsense-of-a-newer-center' })
  await until('all stored', () => s.spool.state().items === 0)
  assert.deepEqual(held, ['hold', 'wait'])
  assert.deepEqual(stored(s), [
    [1, 'one'],
    [2, 'two'],
  ])
})

test('the connection is cut before the acknowledgement again and again: all arrives, each once, by a resumed handshake', async t => {
  let cuts = 0
  const s = await scene(t, {
    heard(peer, frame) {
      if (frame['type'] !== 'reports' || cuts >= 6) return undefined
      cuts += 1
      // Odd cuts come after the center stored it: the acknowledgement is what is lost.
      if (cuts % 2 === 0) return void setImmediate(() => peer.socket.terminate())
      peer.socket.terminate()
      return true
    },
  })
  for (let index = 0; index < 20; index++) {
    s.spool.append(report(String(index)))
    s.connection.pump()
  }
  await until('all acknowledged', () => s.spool.state().items === 0)
  assert.ok(cuts >= 2)
  assert.deepEqual(
    stored(s),
    Array.from({ length: 20 }, (_, index) => [index + 1, String(index)]),
  )
  assert.equal(
    s.center.peers.some(peer => peer.resumed),
    true,
  )
})

test('a spool older than what the center has goes on under a new id, and nothing in it is skipped', async t => {
  let first = ''
  const s = await scene(t, {
    heard(peer, frame) {
      if (frame['type'] !== 'hello' || first !== '') return undefined
      first = String(frame['spool'])
      const clock = new Date().toISOString()
      peer.say({ type: 'welcome', protocol: 1, clock, acknowledged: 99, pingSeconds: 20, reconnectSpreadSeconds: 0 })
      return true
    },
  })
  s.spool.append(report('kept'))
  await until('a new id', () => first !== '' && s.spool.id !== first)
  await until('acknowledged', () => s.spool.state().items === 0)
  assert.deepEqual(stored(s), [[1, 'kept']])
  assert.equal(s.spool.losses['spool-set-back'], 1)
})

test('three refused upgrades: the same frames go by POST, and a WebSocket is tried again', async t => {
  let upgrades = 0
  let open = false
  const s = await scene(
    t,
    {
      refuseUpgrade() {
        upgrades += 1
        return open ? undefined : 502
      },
    },
    { webSocketAgainAfterMs: 100 },
  )
  s.spool.append(report('by post'))
  await until('stored by exchange', () => s.center.exchanges.length > 0 && s.spool.state().items === 0)
  assert.ok(upgrades >= 3)
  assert.deepEqual(stored(s), [[1, 'by post']])
  open = true
  await until('WebSocket again', () => s.center.peers.length > 0)
  s.spool.append(report('by socket'))
  await until('stored by socket', () => {
    s.connection.pump()
    return s.spool.state().items === 0
  })
  assert.equal(s.connection.state.way, 'websocket')
})

test('a center that was not there for long is met by WebSocket', async t => {
  const s = await scene(t)
  await until('connected', () => s.connection.state.state === 'connected')
  const { center } = s.identity
  // Port 9 of this machine: nobody listens there.
  s.identity = { ...s.identity, center: 'https://127.0.0.1:9' }
  s.connection.renew()
  await until('many tries', () => s.log.filter(line => line.includes('ECONNREFUSED')).length > 5)
  s.identity = { ...s.identity, center }
  await until('connected again', () => s.center.peers.length > 1 && s.connection.state.state === 'connected')
  assert.deepEqual([s.connection.state.way, s.center.exchanges.length], ['websocket', 0])
})

test('a center of another authority hears nothing', async t => {
  const s = await scene(t)
  const other = await testAuthority()
  await until('first', () => s.connection.state.state === 'connected')
  s.identity = { ...s.identity, authorityCertificate: other.certificate }
  const before = s.center.peers.length
  s.connection.renew()
  await until(
    'refused',
    () => s.connection.state.last?.detail.match(/certificate|self-signed/i) !== null && s.log.length > 1,
  )
  assert.equal(s.center.peers.length, before)
})

test('a center whose certificate bears another name hears nothing', async t => {
  const s = await scene(t, { names: ['elsewhere.example'] })
  await until('refused', () => s.connection.state.last?.detail.includes('ALTNAME'))
  assert.equal(s.center.peers.length, 0)
})

test('goodbye is heard: revoked is tried rarely and said plainly', async t => {
  const s = await scene(
    t,
    {
      heard(peer, frame) {
        if (frame['type'] !== 'hello') return undefined
        peer.say({ type: 'goodbye', reason: 'revoked' })
        return true
      },
    },
    { pauseFactor: 1 },
  )
  await until('ended', () => s.connection.state.last?.why === 'revoked')
  assert.match(s.connection.state.last?.detail ?? '', /a person must join it again/)
  assert.ok(Date.parse(s.connection.state.nextTryAt ?? '') - Date.now() > 3_000_000)
})

test('orders are handed on as they are; what breaks the protocol ends the connection and is said', async t => {
  const s = await scene(t)
  const peer = await until('connected', () => s.connection.state.state === 'connected' && lastPeer(s.center))
  peer.say({ type: 'order', order: { anything: [1] } })
  await until('order', () => s.orders.length === 1)
  assert.deepEqual(s.orders, [{ anything: [1] }])
  for (const bad of ['not json', '{"type":"acknowledged","through":5,"rejected":[]}', Buffer.from([1, 2])]) {
    const now = await until('connected', () => s.connection.state.state === 'connected' && lastPeer(s.center))
    const count = s.center.peers.length
    now.socket.send(bad)
    await until('a new connection', () => s.center.peers.length > count && s.connection.state.state === 'connected')
    assert.equal(s.connection.state.last?.why, 'center-misbehaved')
  }
})

test('a center that falls silent is left', async t => {
  const s = await scene(t, {}, { times: { openSeconds: 5, silenceSeconds: 0.3, answerSeconds: 5 } })
  await until('a second connection', () => s.center.peers.length >= 2)
  assert.match(s.connection.state.last?.detail ?? '', /nothing heard for 0.3 s/)
})

test('pings keep a connection that says nothing', async t => {
  const s = await scene(t, {}, { times: { openSeconds: 5, silenceSeconds: 1, answerSeconds: 5 } })
  const peer = await until('connected', () => s.connection.state.state === 'connected' && lastPeer(s.center))
  for (let count = 0; count < 12; count++) {
    peer.socket.ping()
    await new Promise(resolve => setTimeout(resolve, 150))
  }
  assert.equal(s.center.peers.length, 1)
})

test('reports that nobody acknowledges are sent on a new connection', async t => {
  let deaf = true
  const s = await scene(
    t,
    { heard: (_, frame) => frame['type'] === 'reports' && deaf },
    { times: { openSeconds: 5, silenceSeconds: 5, answerSeconds: 0.2 } },
  )
  s.spool.append(report('x'))
  await until('second connection', () => {
    s.connection.pump()
    return s.center.peers.length >= 2
  })
  deaf = false
  await until('stored', () => {
    s.connection.pump()
    return s.spool.state().items === 0
  })
})

test('stop takes leave', async t => {
  const s = await scene(t)
  const peer = await until('connected', () => s.connection.state.state === 'connected' && lastPeer(s.center))
  await s.connection.stop('upgrade')
  await until('goodbye', () => peer.frames.some(one => one['type'] === 'goodbye' && one['reason'] === 'upgrade'))
  assert.equal(s.connection.state.state, 'stopped')
})
