import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createSubtree, hierarchies, removeSubtree } from './cgroup-subtree.ts'
import { startTimeOf } from './host-processes.ts'
import { ownerLives, removeLeftovers } from './leftovers.ts'
import { rangeImpossible } from './machine.ts'
import { Range } from './range.ts'
import { compareSnapshots } from './snapshot.ts'
import { advanceDays, tick } from './time-passing.ts'

const impossible = rangeImpossible()
const skip = impossible ?? false
let range: Range

/** What this range has on this machine. */
function tracesOf(name: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => line.includes(name))
    .map(line => `mount ${line.split(' ')[4]}`)
  const loops = execFileSync('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'])
    .toString()
    .split('\n')
    .filter(line => line.includes(name))
  const groups = hierarchies().flatMap(({ directory }) =>
    execFileSync('find', [directory, '-name', name]).toString().split('\n').filter(Boolean),
  )
  return [...mounts, ...loops, ...groups].sort()
}

before(
  async () => {
    if (impossible !== undefined) return
    range = await Range.open()
  },
  { timeout: 600_000 },
)
after(async () => {
  if (impossible === undefined) await range.close()
})

test('systemd runs, with nothing failed', { skip }, async () => {
  const state = await range.exec(['systemctl', 'is-system-running'])
  assert.equal(state.stdout, 'running\n')
})

test('exec gives status, output and error output, and passes input and environment', { skip }, async () => {
  const done = await range.exec(['/bin/sh', '-c', 'cat; echo "$SAID"; echo no >&2; exit 3'], {
    input: 'in ',
    env: { SAID: 'out' },
  })
  assert.deepEqual(done, { status: 3, stdout: 'in out\n', stderr: 'no\n' })
})

test('exec is cut off at its time limit, with what it started', { skip }, async () => {
  const done = await range.exec(['/bin/sh', '-c', 'sleep 4242 & sleep 4242'], { timeoutMs: 300 })
  assert.equal(done.status, -1)
  assert.deepEqual(
    range.processes().filter(({ argv }) => argv[1] === '4242'),
    [],
  )
})

for (const name of ['mnt', 'pid', 'net', 'uts', 'ipc', 'cgroup'] as const) {
  test(`it has its own ${name} namespace`, { skip }, async () => {
    const inside = await range.sh(`readlink /proc/self/ns/${name}`)
    assert.notEqual(inside, execFileSync('readlink', [`/proc/self/ns/${name}`]).toString())
  })
}

test('there is no network but loopback', { skip }, async () => {
  assert.deepEqual((await range.sh('ls /sys/class/net')).trim().split(/\s+/), ['lo'])
})

test('root inside can freeze processes, in version 1 and version 2', { skip }, async () => {
  const script = `
    cd /sys/fs/cgroup/unified && mkdir t && sleep 100 & p=$!
    sleep 0.1; cd /sys/fs/cgroup/unified && echo $p > t/cgroup.procs && echo 1 > t/cgroup.freeze && sleep 0.1 && grep frozen t/cgroup.events
    echo 0 > t/cgroup.freeze; echo $p > cgroup.procs; rmdir t
    cd /sys/fs/cgroup/freezer && mkdir t && echo $p > t/cgroup.procs && echo FROZEN > t/freezer.state && sleep 0.1 && cat t/freezer.state
    echo THAWED > t/freezer.state; kill -9 $p; sleep 0.1; rmdir t`
  assert.equal(await range.sh(script), 'frozen 1\nFROZEN\n')
})

test('a snapshot sees bytes, owner, mode, times, links, attributes and ACLs, and nothing when nothing changed', {
  skip,
}, async () => {
  await range.sh('cd /root && echo a > content && ln -s content link && touch owner mode flag time xattr gone')
  const first = range.snapshot()
  assert.deepEqual(compareSnapshots(first, range.snapshot()), [])
  await range.sh(
    'cd /root && echo b > content && touch -d 2001-01-01 content && ln -sfn other link && chown 7:8 owner && chmod 4711 mode && chattr +i flag && touch -d 2001-01-01 time && rm gone && : > new',
  )
  const seen = compareSnapshots(
    first,
    range.snapshot(),
    (path, field) => !path.startsWith('/root/') || (field === 'modified' && path !== '/root/time'),
  )
  const told = seen.map(({ path, what, detail }) => `${path} ${what} ${detail.replace(/ .*/, '')}`)
  assert.deepEqual(told, [
    '/root/content changed sha256',
    '/root/flag changed flags',
    '/root/gone removed file',
    '/root/link changed link',
    '/root/mode changed mode',
    '/root/owner changed owner',
    '/root/time changed modified',
    '/root/new added file',
  ])
  await range.sh('chattr -i /root/flag')
})

test('time passes: cron lines of system and users, @reboot, scripts, timers, units and logins are run', {
  skip,
}, async () => {
  await range.sh(`
    echo '5 6 * * 0 root touch /root/ran-weekly' > /etc/cron.d/probe
    echo '0 0 30 2 * root touch /root/ran-never' >> /etc/cron.d/probe
    echo '@reboot touch /root/ran-reboot' > /var/spool/cron/crontabs/root
    printf '#!/bin/sh\\ntouch /root/ran-hourly\\n' > /etc/cron.hourly/probe; chmod 755 /etc/cron.hourly/probe
    printf '[Service]\\nType=oneshot\\nExecStart=/bin/touch /root/ran-timer\\n' > /etc/systemd/system/probe.service
    printf '[Timer]\\nOnCalendar=yearly\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/probe.timer
    systemctl daemon-reload; systemctl enable --quiet --now probe.timer
    echo 'touch /root/ran-login' >> /root/.profile`)
  await advanceDays(range, 8)
  assert.equal(await range.sh('cd /root; ls -d ran-*'), 'ran-hourly\nran-login\nran-reboot\nran-timer\nran-weekly\n')
  await tick(range)
  assert.equal(await range.sh('ls /root/ran-never'), '/root/ran-never\n')
})

test('a reboot keeps the disk and ends all processes', { skip }, async () => {
  await range.sh('echo kept > /var/tmp/kept; echo lost > /dev/shm/lost; setsid sleep 4243 >/dev/null 2>&1 </dev/null &')
  for (const how of ['orderly', 'power-cut'] as const) {
    await range.reboot(how)
    assert.equal(await range.sh('cat /var/tmp/kept; ls /dev/shm'), 'kept\n')
  }
  assert.deepEqual(
    range.processes().filter(({ argv }) => argv[1] === '4243'),
    [],
  )
})

test('close leaves nothing on this machine', { skip }, async () => {
  const other = await Range.open()
  assert.deepEqual(tracesOf(other.name).length >= 3, true)
  for (const closing of [other, range]) {
    await closing.close()
    assert.deepEqual(tracesOf(closing.name), [])
  }
})

test("a range is its owner's: by pid and start time, and in whatever cache it lies", { skip }, () => {
  const mine = `davylamp-range-${process.pid}-${startTimeOf(process.pid)}-abcdef`
  const ofAnEarlier = `davylamp-range-${process.pid}-1-abcdef`
  assert.deepEqual([mine, ofAnEarlier, 'davylamp-range-abcdef'].map(ownerLives), [true, false, false])
  // Of a cache that this process does not look into, as of another checkout's tests.
  const groups = createSubtree(mine)
  try {
    removeLeftovers()
    assert.deepEqual(
      groups.filter(({ directory }) => !existsSync(directory)),
      [],
    )
  } finally {
    removeSubtree(mine)
  }
  createSubtree(ofAnEarlier)
  removeLeftovers()
  assert.deepEqual(tracesOf(ofAnEarlier), [])
})

test('what a killed owner left is gone once the next range was opened', { skip }, async () => {
  const script = `import { Range } from ${JSON.stringify(`${import.meta.dirname}/range.ts`)}; const r = await Range.open(); console.log(r.name); process.kill(process.pid, 'SIGKILL')`
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', script])
  const name = done.stdout.toString().trim()
  assert.equal(tracesOf(name).length >= 3, true)
  const next = await Range.open()
  assert.deepEqual(tracesOf(name), [])
  await next.close()
})
