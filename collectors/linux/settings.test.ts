import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MemoryFile } from '../../target/index.ts'
import { hostsFile, parseHostsLine } from './hosts-file.ts'
import { kernelModules, parseModule } from './kernel-modules.ts'
import { mounts } from './mounts.ts'
import { settings } from './settings.ts'
import { collected, surveyOf } from './survey-of.ts'
import { parseSysctl, sysctl } from './sysctl.ts'

const passwd = 'root:x:0:0::/root:/bin/sh\n'

const found: [string, Record<string, string | MemoryFile>, string[]][] = [
  [
    'SELinux',
    { '/etc/selinux/config': '# x\nSELINUX=permissive\nSELINUXTYPE=targeted\n' },
    ['selinux permissive /etc/selinux/config'],
  ],
  ['a log that leads nowhere', { '/var/log/syslog': { link: '/dev/null' } }, ['log-file /dev/null /var/log/syslog']],
  ['an emptied log', { '/var/log/secure': '', '/var/log/messages': 'x' }, ['log-file empty /var/log/secure']],
  ['a rotated log', { '/var/log/secure': '', '/var/log/secure-20260101': 'x', '/var/log/messages': 'x' }, []],
  [
    'a history that leads nowhere',
    { '/root/.bash_history': { link: '/dev/null' } },
    ['history /dev/null /root/.bash_history'],
  ],
  [
    'an immutable history',
    { '/root/.bash_history': { attributes: ['immutable'] } },
    ['history immutable /root/.bash_history'],
  ],
  [
    'attributes',
    {
      '/etc/shadow': { attributes: ['immutable'] },
      '/etc/cron.hourly/0': { attributes: ['append', 'immutable'] },
      '/root/.ssh': { type: 'directory', attributes: ['append'] },
    },
    ['immutable append /root/.ssh', 'immutable append,immutable /etc/cron.hourly/0', 'immutable immutable /etc/shadow'],
  ],
  [
    'an agent with nothing left',
    { '/usr/local/aegis/conf/x': 'y' },
    ['agent-removed Alibaba Cloud Security Center /usr/local/aegis'],
  ],
  ['an agent', { '/usr/local/aegis/aegis_client/AliYunDun': { content: 'x', mode: 0o755 } }, []],
  [
    'a start link into nothing',
    {
      '/etc/systemd/system/multi-user.target.wants/cloudmonitor.service': {
        link: '/usr/lib/systemd/system/cloudmonitor.service',
      },
    },
    ['agent-removed Alibaba CloudMonitor /etc/systemd/system/multi-user.target.wants/cloudmonitor.service'],
  ],
  [
    'a setuid shell',
    {
      '/var/tmp/.x/sh': { content: 'x', mode: 0o4755 },
      '/usr/bin/wizlmsh': { content: 'x', mode: 0o4755 },
      '/usr/bin/game': { mode: 0o4755, uid: 5 },
    },
    ['setuid 04755 /usr/bin/wizlmsh', 'setuid 04755 /var/tmp/.x/sh'],
  ],
]
for (const [what, files, expected] of found) {
  test(what, async () => {
    const facts = await collected(settings, surveyOf({ '/etc/passwd': passwd, '/root/x': '', ...files }))
    assert.deepEqual(
      facts.map(fact => fact.kind === 'setting' && `${fact.name} ${fact.value} ${fact.path}`).sort(),
      expected,
    )
  })
}

test('hosts and resolvers', async () => {
  const files = {
    '/etc/hostname': 'www\n',
    '/etc/hosts':
      '127.0.0.1 localhost runsc\n127.0.1.1 www.example.org www\n0.0.0.0 pool.example # x\n127.0.0.1 www.vendor.example\n10.0.0.1 db.example\nrubbish\n::1 ip6-localhost\n',
    '/etc/resolv.conf': 'search x\nnameserver 203.0.113.53\n',
  }
  const facts = await collected(hostsFile, surveyOf(files))
  assert.deepEqual(
    facts.map(fact =>
      fact.kind === 'hosts-entry'
        ? [fact.line, fact.names.join(' '), fact.sinkhole]
        : fact.kind === 'resolver' && [fact.address],
    ),
    [
      [1, 'localhost runsc', false],
      [2, 'www.example.org www', false],
      [3, 'pool.example', true],
      [4, 'www.vendor.example', true],
      [5, 'db.example', false],
      [7, 'ip6-localhost', false],
      ['203.0.113.53'],
    ],
  )
})

test('kernel settings in their order, and in force', async () => {
  const files = {
    '/etc/sysctl.conf': 'kernel.nmi_watchdog=0\n; x\n# y\n-vm/nr_hugepages = 1168 \n',
    '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' },
    '/etc/sysctl.d/10-x.conf': 'vm.swappiness = 1\n',
    '/usr/lib/sysctl.d/10-x.conf': 'vm.swappiness = 2\n',
    '/proc/sys/vm/nr_hugepages': '1168\n',
  }
  const facts = (await collected(sysctl, surveyOf(files, { live: true }))).filter(fact => fact.kind === 'sysctl')
  assert.deepEqual(
    facts.map(({ name, value, path, line, live }) => [name, value, path, line, live]),
    [
      ['vm.swappiness', '1', '/etc/sysctl.d/10-x.conf', 1, false],
      ['kernel.nmi_watchdog', '0', '/etc/sysctl.conf', 1, false],
      ['vm.nr_hugepages', '1168', '/etc/sysctl.conf', 4, false],
      ['vm.nr_hugepages', '1168', '/proc/sys/vm/nr_hugepages', undefined, true],
    ],
  )
})

test('modules, a hidden one among them', async () => {
  const files = {
    '/proc/modules': 'ext4 1000 1 - Live 0x0\nevil 16384 0 - Live 0x0 (OE)\n',
    '/sys/module/ext4/initstate': 'live\n',
    '/sys/module/evil/initstate': 'live\n',
    '/sys/module/hid/initstate': 'live\n',
    '/sys/module/kernel/parameters/x': '',
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/proc/sys/kernel/tainted': '12288\n',
    '/lib/modules/6.1.0/modules.dep': 'kernel/fs/ext4/ext4.ko.xz: kernel/x.ko\n',
  }
  const facts = await collected(kernelModules, surveyOf(files))
  assert.deepEqual(
    facts.map(fact =>
      fact.kind === 'kernel-module'
        ? [fact.name, fact.path, fact.taint, fact.hidden]
        : fact.kind === 'setting' && [fact.name, fact.value],
    ),
    [
      ['kernel-taint', 'OE'],
      ['ext4', '/lib/modules/6.1.0/kernel/fs/ext4/ext4.ko.xz', '', false],
      ['evil', undefined, 'OE', false],
      ['hid', undefined, '', true],
    ],
  )
})

test('a module that one view of the kernel has and another has not', async () => {
  const files = {
    '/proc/modules': 'ext4 1000 1 - Live 0x0\nnosys 16384 0 - Live 0x0 (OE)\nnew 16384 0 - Loading 0x0\n',
    '/sys/module/ext4/initstate': 'live\n',
    '/sys/module/both/initstate': 'live\n',
    '/proc/kallsyms':
      'ffffffffc0000000 t a\t[both]\nffffffffc0000000 t b\t[ext4]\nffffffffc0000000 t c\t[bpf]\nffffffffc0000000 t d\t[nolist]\n',
    '/proc/sys/kernel/tainted': '12289\n',
  }
  const seen = async (deep: boolean) =>
    (await collected(kernelModules, surveyOf(files, { live: true, deep }))).map(fact =>
      fact.kind === 'kernel-module' ? [fact.name, fact.seenIn?.join(' ')] : fact.kind === 'setting' && fact.detail,
    )
  const common = ['no loaded module explains P', ['ext4', undefined], ['nosys', 'procfs'], ['new', undefined]]
  assert.deepEqual(await seen(true), [...common, ['both', 'sysfs kallsyms'], ['nolist', 'kallsyms']])
  assert.deepEqual(await seen(false), [...common, ['both', 'sysfs']])
})

test('mounts that hide', async () => {
  const lines = [
    '22 27 0:21 / /proc rw - proc proc rw',
    '27 1 254:0 / / rw - ext4 /dev/vda rw',
    '40 27 0:50 /empty /proc/1337 rw - ext4 /dev/vda rw',
    '41 27 0:51 /x /usr/bin/ps ro - ext4 /dev/vda rw',
    '42 27 0:52 / /etc/cron.d rw - tmpfs tmp\\040fs rw',
    '43 27 0:53 /h /etc/hosts rw - ext4 /dev/vda rw',
    '44 27 8:1 / /var/log rw - ext4 /dev/sdb1 rw',
    '45 27 0:54 / /tmp rw - tmpfs tmpfs rw',
  ]
  const files = {
    '/proc/self/mountinfo': lines.join('\n'),
    '/usr/bin/ps': 'x',
    '/etc/cron.d/x': '',
    '/etc/hosts': '',
    '/var/log/x': '',
    '/tmp/x': '',
  }
  const facts = await collected(mounts, surveyOf(files))
  assert.deepEqual(
    facts.map(fact => fact.kind === 'mount' && [fact.mountId, fact.covers, fact.path, fact.pid, fact.source]),
    [
      [40, 'process', '/proc/1337', 1337, '/dev/vda /empty'],
      [41, 'file', '/usr/bin/ps', undefined, '/dev/vda /x'],
      [42, 'directory', '/etc/cron.d', undefined, 'tmp fs'],
    ],
  )
})

test('any line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      parseHostsLine(text)
      parseSysctl(text)
      parseModule(text)
    }),
  )
})
