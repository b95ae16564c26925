import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nftables } from '../native/write/nftables.ts'
import { blockedAddresses } from './block-address.ts'
import { neverBlocked } from './own-network.ts'
import { carryOut } from './run.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const inside = process.env['DAVYLAMP_TEST_NETWORK'] !== undefined
const missing =
  process.getuid?.() !== 0 ? 'needs root' : nftables([]) === undefined ? 'no libnftables here' : (false as const)

/** Undefined when the packet leaves. A packet dropped on its way out is EPERM to its sender. */
function send(address: string): Promise<string | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  return new Promise(resolve => {
    socket.send('x', 9, address, error => {
      socket.close()
      resolve((error as { code?: string } | null)?.code)
    })
  })
}

test('in a network namespace of its own', { skip: inside ? 'this is the inner run' : missing }, () => {
  const env: Record<string, string | undefined> = { ...process.env, DAVYLAMP_TEST_NETWORK: '1' }
  delete env['NODE_TEST_CONTEXT']
  const flags = [
    '-n',
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--test',
    fileURLToPath(import.meta.url),
  ]
  const result = spawnSync('unshare', flags, { encoding: 'utf8', env, timeout: 60_000 })
  assert.equal(result.status, 0, result.stdout.slice(-4_000))
})

test('blocked, expiring, undone, and nothing of ours left', {
  skip: inside ? false : 'needs its own network',
}, async t => {
  const net = (command: string) => execFileSync('ip', command.split(' '))
  net('link set lo up')
  net('link add dl0 type veth peer name dl1')
  net('link set dl0 up')
  net('link set dl1 up')
  net('addr add 198.51.100.1/24 dev dl0')
  net('-6 addr add 2001:db8::1/64 dev dl0 nodad')
  net('route add default via 198.51.100.254')
  const { host } = temporaryHost(t, {}, { root: '/', live: true, centers: ['203.0.113.5'] })
  const [four, six] = ['198.51.100.9', '2001:DB8::09']
  assert.deepEqual([await send(four), await send(six)], [undefined, undefined])
  const block = (address: string, seconds = 60) => ({ kind: 'block-address' as const, address, seconds })
  const plan = planOf([block(four), block(six)], true)
  const run = await carryOut(plan, host)
  assert.deepEqual(
    run.actions.map(({ outcome, detail }) => detail ?? outcome),
    ['done', 'done'],
  )
  assert.deepEqual([await send(four), await send(six), await send('198.51.100.8')], ['EPERM', 'EPERM', undefined])
  assert.deepEqual(
    blockedAddresses()
      .map(({ address }) => address)
      .sort(),
    ['198.51.100.9', '2001:db8::9'],
  )
  assert.deepEqual(
    (await carryOut(plan, host)).actions.map(({ outcome }) => outcome),
    ['already-done', 'already-done'],
  )
  const freed = await carryOut(planOf([{ kind: 'unblock-address', address: four }], true), host)
  assert.equal(await send(four), undefined)
  await undoRun(freed.id, host)
  assert.equal(await send(four), 'EPERM')
  await undoRun(run.id, host)
  assert.deepEqual([await send(four), await send(six)], [undefined, undefined])
  assert.equal(execFileSync('nft', ['list', 'tables']).toString(), '')
  const brief = await carryOut(planOf([block(four, 1)], true), host)
  await new Promise(resolve => setTimeout(resolve, 1_500))
  assert.equal(await send(four), undefined)
  await undoRun(brief.id, host)
  const kept = [
    '198.51.100.254',
    '198.51.100.1',
    '127.0.0.9',
    '::1',
    '::ffff:127.0.0.1',
    '203.0.113.5',
    '2001:db8:0::1',
    '0.0.0.0',
  ]
  const refusals = await carryOut(
    planOf(
      kept.map(address => block(address)),
      true,
    ),
    host,
  )
  assert.ok(
    refusals.actions.every(({ detail }) => detail?.startsWith('refused')),
    JSON.stringify(refusals.actions),
  )
  assert.equal(neverBlocked(four, host), undefined)
})
