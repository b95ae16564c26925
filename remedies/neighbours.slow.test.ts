import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nftables } from '../native/write/nftables.ts'
import { neverBlocked } from './own-network.ts'
import { until } from './processes.ts'
import { carryOut } from './run.ts'
import { inNamespaces, inside } from './testing/inner-run.ts'
import { neighbour, net } from './testing/neighbour.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const missing =
  process.getuid?.() !== 0 ? 'needs root' : nftables([]) === undefined ? 'no libnftables here' : (false as const)
inNamespaces(import.meta.url, missing)
const skip = inside ? false : 'needs its own network'

const listen = (host: string, ports: readonly number[]) =>
  `for (const p of ${JSON.stringify(ports)}) require('net').createServer(s=>s.on('error',()=>{})).listen(p,'${host}')`

test('what a container sends through this host is blocked, too', { skip }, async t => {
  net('link set lo up')
  const inner = await neighbour(t, 'in', ['10.7.1.1/24'], ['10.7.1.2/24'])
  const outer = await neighbour(t, 'out', ['10.7.2.1/24'], ['10.7.2.2/24', '10.7.2.3/24'])
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1\n')
  outer.start(listen('0.0.0.0', [3333]))
  inner.start(listen('0.0.0.0', [3333]))
  assert.ok(await until(() => inner.connects('10.7.2.2', 3333) && outer.connects('10.7.1.2', 3333), 10_000))
  const { host } = temporaryHost(t, {}, { root: '/', live: true })
  const run = await carryOut(planOf([{ kind: 'block-address', address: '10.7.2.2', seconds: 60 }], true), host)
  assert.equal(run.actions[0]?.detail ?? run.actions[0]?.outcome, 'done')
  assert.deepEqual([inner.connects('10.7.2.2', 3333), inner.connects('10.7.2.3', 3333)], [false, true])
  await undoRun(run.id, host)
  assert.equal(inner.connects('10.7.2.2', 3333), true)
})

test('ssh peers, gateways and resolvers are never blocked', { skip }, async t => {
  const { root, host } = temporaryHost(
    t,
    { 'resolv.conf': '# x\nnameserver 192.0.2.53\n nameserver 2001:db8::53\n' },
    {},
  )
  // In this test's own mounts: a program where sshd has its own, and another resolv.conf.
  execFileSync('mount', ['-t', 'tmpfs', 'none', '/usr/lib/openssh'])
  writeFileSync('/usr/lib/openssh/sshd-session', '')
  execFileSync('mount', ['--bind', process.execPath, '/usr/lib/openssh/sshd-session'])
  execFileSync('mount', ['--bind', join(root, 'resolv.conf'), '/etc/resolv.conf'])
  const client = await neighbour(
    t,
    'ssh',
    ['10.7.3.1/24', '2001:db8:3::1/64'],
    ['10.7.3.2/24', '10.7.3.4/24', '2001:db8:3::2/64'],
  )
  net('route add default via 10.7.3.4')
  net('-6 route add default via 2001:db8:3::4')
  const live = temporaryHost(t, {}, { root: '/', live: true }).host
  const sshd = spawn('/usr/lib/openssh/sshd-session', ['-e', listen('::', [2222])], { stdio: 'ignore' })
  t.after(() => sshd.kill('SIGKILL'))
  assert.ok(await until(() => client.connects('10.7.3.1', 2222), 10_000))
  const hold = (to: string, from: string) =>
    client.start(`require('net').connect({host:'${to}',port:2222,localAddress:'${from}'});setTimeout(()=>{},60000)`)
  hold('10.7.3.1', '10.7.3.2')
  hold('2001:db8:3::1', '2001:db8:3::2')
  assert.ok(
    await until(
      () => neverBlocked('2001:db8:3:0::2', live) !== undefined && neverBlocked('10.7.3.2', live) !== undefined,
      10_000,
    ),
  )
  for (const [address, why] of [
    ['10.7.3.2', 'the other end of an ssh session'],
    ['::ffff:10.7.3.2', 'the other end of an ssh session'],
    ['2001:db8:3::2', 'the other end of an ssh session'],
    ['10.7.3.4', 'a gateway'],
    ['2001:db8:3::4', 'a gateway'],
    ['192.0.2.53', 'a resolver'],
    ['2001:db8:0::53', 'a resolver'],
    ['10.7.3.1', 'an address of this host'],
    ['10.7.3.9', undefined],
  ] as const) {
    assert.equal(neverBlocked(address, live), why, address)
  }
  assert.equal(neverBlocked('192.0.2.53', host), undefined)
})
