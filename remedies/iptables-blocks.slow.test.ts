import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nftables } from '../native/write/nftables.ts'
import { blockAddressBy, firewallOf, unblockAddressBy } from './block-address.ts'
import { iptablesBlocks } from './iptables-blocks.ts'
import { inNamespaces, inside } from './testing/inner-run.ts'
import { neighbour, net } from './testing/neighbour.ts'
import { temporaryHost } from './testing/temporary-host.ts'

const missing =
  process.getuid?.() !== 0
    ? 'needs root'
    : ['iptables-legacy', 'iptables-nft'].every(name => existsSync(`/usr/sbin/${name}`))
      ? (false as const)
      : 'no iptables here'
const skip = inside ? missing : 'needs its own network'
const owned = (path: string) => path.startsWith('/usr/sbin/xtables-')
const [badFour, badSix] = ['10.7.2.2', '2001:db8:2::2']

inNamespaces(import.meta.url, missing, 120)

test('nftables is preferred', { skip: skip || (nftables([]) === undefined && 'no libnftables here') }, () => {
  assert.equal(firewallOf(() => true).way, 'nftables')
  assert.equal(execFileSync('nft', ['list', 'tables']).toString(), '')
})

test('iptables is used where the library of nftables is missing', { skip }, () => {
  const script = `const { firewallOf } = await import(${JSON.stringify(join(import.meta.dirname, 'block-address.ts'))})
    const firewall = firewallOf(path => path.startsWith('/usr/sbin/xtables-'))
    console.log(firewall.way, firewall.blocked().length)`
  const library = `for one in $(readlink -f /usr/lib/*/libnftables.so.1); do mount --bind /dev/null $one; done; exec "$@"`
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const said = execFileSync('unshare', ['-m', 'sh', '-c', library, 'sh', ...node], { encoding: 'utf8' })
  assert.equal(said, 'iptables 0\n')
})

test('a tool that nobody vouches for is not run', { skip }, async t => {
  const { host } = temporaryHost(t, {}, { root: '/', live: true })
  const remedy = blockAddressBy(() => iptablesBlocks({ owned: () => false }))
  const readiness = await remedy.check({ kind: 'block-address', address: badFour, seconds: 60 }, host)
  assert.equal(readiness.state, 'refused')
  assert.match(
    JSON.stringify(readiness),
    /nobody can say whether \/usr\/sbin\/xtables-\S+ is as its package installed it/,
  )
})

/** The rules of other people, and all that iptables-save tells of them. */
function plantRules(variant: string): void {
  for (const tool of [`iptables-${variant}`, `ip6tables-${variant}`]) {
    const run = (line: string) => execFileSync(tool, line.split(' '))
    run('-N OTHERS')
    run('-A OTHERS -p tcp --dport 2222 -c 7 420 -j ACCEPT')
    run('-A INPUT -p tcp --dport 2223 -c 8 480 -j ACCEPT')
    run('-A INPUT -j OTHERS')
    run('-A FORWARD -p udp --dport 2224 -c 9 540 -j DROP')
    run('-A FORWARD -p tcp --dport 4000:4001 -j ACCEPT')
    run('-t nat -A POSTROUTING -o nowhere0 -c 3 180 -j MASQUERADE')
  }
}

/** With the counters of the rules that our own traffic does not reach. */
function saved(variant: string): string[] {
  return ['iptables', 'ip6tables'].flatMap(name =>
    execFileSync(`${name}-${variant}-save`, ['-c'], { stdio: 'pipe' })
      .toString()
      .split('\n')
      .filter(line => !line.startsWith('#'))
      .map(line => line.replace(/^(:.*) \[.*\]$/, '$1'))
      .map(line => (/-c |dport 222|nowhere/.test(line) ? line : line.replace(/^\[\d+:\d+\] /, ''))),
  )
}

/** Undefined when the packet leaves. */
function send(address: string): Promise<string | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  return new Promise(resolve => {
    socket.send('x', 9, address, error => {
      socket.close()
      resolve((error as { code?: string } | null)?.code)
    })
  })
}

for (const variant of ['legacy', 'nft'])
  test(`iptables-${variant}: dropped both ways and for those behind us, expired, undone, nothing else changed`, {
    skip,
    timeout: 90_000,
  }, async t => {
    net('link set lo up')
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1')
    const cable = variant.slice(0, 2)
    const good = await neighbour(
      t,
      `${cable}g`,
      ['10.7.1.1/24', '2001:db8:1::1/64'],
      ['10.7.1.2/24', '2001:db8:1::2/64'],
    )
    const bad = await neighbour(t, `${cable}b`, ['10.7.2.1/24', '2001:db8:2::1/64'], [`${badFour}/24`, `${badSix}/64`])
    t.after(() => {
      net(`link del ${cable}g0`)
      net(`link del ${cable}b0`)
    })
    const listening = createServer(socket => socket.destroy()).listen(3000, '::')
    t.after(() => listening.close())
    for (const one of [good, bad]) one.start(`require('net').createServer(s=>s.destroy()).listen(4000,'::')`)
    plantRules(variant)
    const paths = async () => ({
      out: [await send(badFour), await send(badSix)],
      in: [bad.connects('10.7.2.1', 3000), bad.connects('2001:db8:2::1', 3000)],
      forwardTo: [good.connects(badFour, 4000), good.connects(badSix, 4000)],
      forwardFrom: [bad.connects('10.7.1.2', 4000), bad.connects('2001:db8:1::2', 4000)],
    })
    const open = {
      out: [undefined, undefined],
      in: [true, true],
      forwardTo: [true, true],
      forwardFrom: [true, true],
    }
    const closed = {
      out: ['EPERM', 'EPERM'],
      in: [false, false],
      forwardTo: [false, false],
      forwardFrom: [false, false],
    }
    for (let wait = 0; wait < 40 && !(good.connects(badFour, 4000) && bad.connects('10.7.1.2', 4000)); wait++)
      await sleep(50)
    assert.deepEqual(await paths(), open)
    const before = saved(variant)

    const { host } = temporaryHost(t, {}, { root: '/', live: true })
    const firewall = iptablesBlocks({ owned, names: [`iptables-${variant}`] })
    const [block, unblock] = [blockAddressBy(() => firewall), unblockAddressBy(() => firewall)]
    const undos: (() => Promise<unknown>)[] = []
    for (const address of [badFour, badSix]) {
      const action = { kind: 'block-address' as const, address, seconds: 600 }
      assert.deepEqual(await block.check(action, host), { state: 'ready' })
      const kept = await block.prepare(action, host)
      assert.deepEqual(kept, { way: 'iptables' })
      await block.apply(action, kept, host)
      assert.deepEqual(await block.check(action, host), { state: 'already-done' })
      undos.push(() => block.undo(action, kept, host))
    }
    assert.deepEqual(await paths(), closed)
    assert.deepEqual([good.connects('10.7.1.1', 3000), good.connects('2001:db8:1::1', 3000)], [true, true])
    assert.deepEqual(
      firewall.blocked().map(({ address, seconds }) => [address, seconds > 550 && seconds <= 600]),
      [
        [badFour, true],
        [badSix, true],
      ],
    )
    assert.deepEqual(
      saved(variant).filter(line => !line.includes('DAVYLAMP')),
      before,
    )

    // Somebody comes before us, as Docker does; whoever blocks next is first again, and a second time changes nothing.
    execFileSync(`iptables-${variant}`, ['-I', 'FORWARD', '1', '-s', badFour, '-j', 'ACCEPT'])
    firewall.block(badFour, 600)
    assert.equal(good.connects(badFour, 4000), false)
    assert.equal(saved(variant).filter(line => line.includes(badFour) && line.includes('davylamp until')).length, 2)
    execFileSync(`iptables-${variant}`, ['-D', 'FORWARD', '-s', badFour, '-j', 'ACCEPT'])

    const free = { kind: 'unblock-address' as const, address: badFour }
    const freed = await unblock.prepare(free, host)
    await unblock.apply(free, freed, host)
    assert.equal(await send(badFour), undefined)
    assert.deepEqual(await unblock.check(free, host), { state: 'already-done' })
    await unblock.undo(free, freed, host)
    assert.equal(await send(badFour), 'EPERM')

    for (const undo of undos) await undo()
    assert.deepEqual(saved(variant), before)
    assert.deepEqual(await paths(), open)

    const began = Date.now()
    firewall.block(badFour, 3)
    const blockedFour = await send(badFour)
    firewall.block(badSix, 3)
    const blockedSix = await send(badSix)
    // A machine that is so busy that this took as long as the block shows nothing.
    if (Date.now() - began < 3_000) assert.deepEqual([blockedFour, blockedSix], ['EPERM', 'EPERM'])
    await sleep(4_500)
    assert.deepEqual(firewall.blocked(), [])
    assert.deepEqual(saved(variant), before)
  })

test('killed between any two of its steps, a block can be finished and taken back', { skip }, () => {
  const rule = ['-m', 'comment', '--comment', 'davylamp until 2099-01-01T00:00:00Z', '-j', 'DROP']
  const steps = [
    ['-N', 'DAVYLAMP'],
    ...['-s', '-d'].map(side => ['-A', 'DAVYLAMP', side, badFour, ...rule]),
    ...['INPUT', 'OUTPUT', 'FORWARD'].map(hook => ['-I', hook, '1', '-j', 'DAVYLAMP']),
  ]
  const firewall = iptablesBlocks({ owned, names: ['iptables-legacy'] })
  // The kernel makes an empty table when it is first asked for it.
  assert.deepEqual(firewall.blocked(), [])
  const before = saved('legacy')
  for (let done = 0; done <= steps.length; done++) {
    const interrupted = () => {
      for (const step of steps.slice(0, done)) execFileSync('iptables-legacy', step)
    }
    interrupted()
    assert.equal(firewall.blocked().length, done === steps.length ? 1 : 0)
    firewall.unblock(badFour)
    assert.deepEqual(saved('legacy'), before, `taken back after ${done} steps`)
    interrupted()
    firewall.block(badFour, 600)
    const whole = saved('legacy').filter(line => line.includes('DAVYLAMP'))
    assert.deepEqual([firewall.blocked().length, whole.length], [1, 6], `finished after ${done} steps`)
    firewall.unblock(badFour)
    assert.deepEqual(saved('legacy'), before)
  }
})
