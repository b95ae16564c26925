import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { bootedInfections as infections, decoys } from '../../hosts/index.ts'
import { isPresent, nameOf } from './expectations.ts'
import { openHost } from './infected-host.ts'
import { rangeImpossible, runHere } from './machine.ts'
import type { Range } from './range.ts'

const impossible = rangeImpossible()
const skip = impossible ?? false
let range: Range

before(
  async () => {
    if (impossible === undefined) range = await openHost({ infections })
  },
  { timeout: 600_000 },
)
after(async () => {
  if (impossible === undefined) await range.close()
})

for (const { family, items } of infections) {
  test(`${family}: all that is listed is there and runs`, { skip }, () => {
    const deleted = new Set(items.flatMap(item => (item.kind === 'process' && item.deleted ? [item.path] : [])))
    const missing = items.filter(item => !(item.kind === 'file' && deleted.has(item.path)) && !isPresent(range, item))
    assert.deepEqual(missing.map(nameOf), [])
  })
}

test('decoys: all that is listed is there and runs', { skip }, () => {
  const listed = [...decoys.package.files, ...decoys.files, ...decoys.processes]
  assert.deepEqual(listed.filter(item => !isPresent(range, item)).map(nameOf), [])
  assert.equal(
    range.processes().some(({ exe }) => exe === '/usr/sbin/inventoryd (deleted)'),
    true,
  )
})

test('decoys: dpkg owns what has to be owned and finds it unchanged', { skip }, async () => {
  assert.equal(await range.sh(`dpkg --verify ${decoys.package.name}`), '')
  assert.match(
    await range.sh('dpkg --search /usr/lib/x86_64-linux-gnu/libdavylamp-range-quiet.so'),
    /^davylamp-range-decoys:/,
  )
})

test('watchdogs bring a file and a cron line back within a second', { skip }, async () => {
  // From outside: one of the intruders took chattr away.
  const locked = ['/etc/crontab', '/var/spool/cron/crontabs', '/etc/cron.d/httpd2']
  runHere(['chattr', '-ia', ...locked.map(path => range.root + path)])
  rmSync(`${range.root}/etc/cron.d/httpd2`)
  await range.sh(`sed -i /upat.sh/d /etc/crontab; sed -i /unk.sh/d /var/spool/cron/crontabs/root`)
  await pause(1000)
  assert.match(readFileSync(`${range.root}/etc/crontab`, 'utf8'), /upat\.sh/)
  assert.match(readFileSync(`${range.root}/var/spool/cron/crontabs/root`, 'utf8'), /unk\.sh/)
  assert.match(readFileSync(`${range.root}/etc/cron.d/httpd2`, 'utf8'), /httpd2/)
})

for (const path of ['/etc/httpd2', '/usr/bin/systemd-cgroup', '/tmp/kdevtmpfsi', '/etc/kinsing', '/opt/sysetmd']) {
  test(`${path}, killed, runs again within three seconds`, { skip }, async () => {
    const pids = () => range.processes().flatMap(({ pid, exe }) => (exe === path ? [pid] : []))
    const before = pids()
    await range.sh(`kill -9 ${before.join(' ')}`)
    await pause(3000)
    assert.equal(pids().length > 0, true)
    assert.deepEqual(
      pids().filter(pid => before.includes(pid)),
      [],
    )
  })
}

test('the preloaded library hides files and processes from ls and ps, not from the kernel', { skip }, async () => {
  assert.equal(await range.sh('ls /etc /proc | grep -c kinsing; ps.original -C kinsing -o pid=; :'), '0\n')
  assert.equal(await range.sh('stat -c %F /etc/kinsing'), 'regular file\n')
  assert.equal(await range.sh('ps ax | grep -c "/etc/[h]ttpd2"; :'), '0\n')
})

test('killed, xorddos goes on under another name with another hash and the same size', { skip }, async () => {
  const before = range.processes().filter(({ exe }) => /^\/usr\/bin\/[a-z]{10}$/.test(exe))
  await range.sh(`kill -9 ${before[0]?.pid}`)
  await pause(2000)
  const now = range.processes().filter(({ exe }) => /^\/usr\/bin\/[a-z]{10}$/.test(exe) && exe !== before[0]?.exe)
  assert.equal(now.length > 0, true)
})

test('the miners hold a stratum conversation', { skip }, async () => {
  const lines = (await range.sh('ss -Htnp state established "( dport = :13333 )"')).trim().split('\n')
  assert.equal(lines.length >= 5, true, lines.join('\n'))
})
