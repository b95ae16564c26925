import assert from 'node:assert/strict'
import { test } from 'node:test'
import { executes } from './executes.ts'
import { imitated } from './imitates.ts'
import { isHidingName, isOddDirectory, isShared, twinPath } from './places.ts'
import { hidingRoot } from './mates.ts'
import type { Known } from './world.ts'

for (const [name, path, expected] of [
  ['sysetmd', '/opt/sysetmd', 'systemd'],
  ['systemd', '/usr/lib/systemd/systemd', undefined],
  ['systemd', '/tmp/systemd', 'systemd'],
  ['sshd', '/usr/local/sbin/sshd', undefined],
  ['sshd', '/usr/lib/.x/sshd', 'sshd'],
  ['kworkerds', '/tmp/kworkerds', 'kworker'],
  ['khugepageds', '/usr/bin/khugepageds', 'khugepaged'],
  ['bioset', '/usr/bin/bioset', 'bioset'],
  ['watchdogd', '/usr/sbin/watchdogd', undefined],
  ['kswapd0', '/opt/lab/kswapd0', undefined],
  ['kdevtmpfsi', '/tmp/kdevtmpfsi', 'kdevtmpfs'],
  ['kswapd00', '/home/a/kswapd00', 'kswapd'],
  ['[kthreadd]', '/var/tmp/[kthreadd]', 'kthreadd'],
  ['dbus-deamon', '/usr/bin/dbus-deamon', 'dbus-daemon'],
  ['sysetmd.service', undefined, 'systemd'],
  ['systemd-networkd', '/usr/lib/systemd/systemd-networkd', undefined],
  ['nginx', '/opt/nginx/sbin/nginx', undefined],
  ['cron', '/var/www/app/bin/cron', undefined],
  ['migration', '/srv/app/migration', undefined],
  ['server', '/opt/app/server', undefined],
  ['mdadm', '/sbin/mdadm', undefined],
  ['app.service', undefined, undefined],
] as const)
  test(`${name} at ${path} imitates ${expected}`, () => assert.equal(imitated(name, path), expected))

for (const [command, path, expected] of [
  ['/usr/lib/.x/run -q', '/usr/lib/.x/run', true],
  ['/bin/sh /opt/x.sh', '/opt/x.sh', true],
  ['cd /opt && ./x.sh >/dev/null', '/opt/x.sh', true],
  ['nice -n 19 /opt/x', '/opt/x', true],
  ['[ -x /opt/x ] && (/opt/x -q &)', '/opt/x', true],
  ['(/var/tmp/.../guard.sh &) 2>/dev/null', '/var/tmp/.../guard.sh', true],
  ['tar czf /srv/backup.tgz /opt/x', '/opt/x', false],
  ['/usr/bin/rsync -a /var/tmp/.x/ host:/y', '/var/tmp/.x', false],
  ['find /tmp/x -delete', '/tmp/x', false],
  ['echo hi > /tmp/x', '/tmp/x', false],
  ['@/opt/x', '/opt/x', true],
  ['-/opt/x a', '/opt/x', true],
  ['env A=b /opt/x', '/opt/x', true],
  ["bash -c '/opt/x --y'", '/opt/x', true],
  ['sudo -u app /opt/x', '/opt/x', true],
] as const)
  test(`"${command}" executes ${path}: ${expected}`, () => {
    const autostart = { command, path: '/etc/crontab', line: 1, targets: [path] } as unknown as Known<'autostart'>
    assert.equal(executes(autostart, path), expected)
  })

test('places', () => {
  assert.equal(isHidingName('...'), true)
  assert.equal(isHidingName('.ssh'), false)
  assert.equal(isHidingName('x '), true)
  assert.equal(isOddDirectory('/usr/lib/.cache-x'), true)
  assert.equal(isOddDirectory('/home/a/.nvm/versions'), false)
  assert.equal(isOddDirectory('/tmp'), true)
  assert.equal(isShared('/etc/crontab'), true)
  assert.equal(isShared('/root/.ssh/authorized_keys'), true)
  assert.equal(isShared('/opt/app/server'), false)
  assert.equal(twinPath('/bin/ps'), '/usr/bin/ps')
  assert.equal(twinPath('/usr/lib/x.so'), '/lib/x.so')
  assert.equal(twinPath('/opt/x'), undefined)
  assert.equal(hidingRoot('/usr/lib/.x/a/b'), '/usr/lib/.x')
  assert.equal(hidingRoot('/tmp/x'), undefined)
  assert.equal(hidingRoot('/tmp/build/x'), '/tmp/build')
  assert.equal(hidingRoot('/opt/app/x'), undefined)
})
