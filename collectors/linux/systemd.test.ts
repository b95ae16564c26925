import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collected, started, surveyOf } from './survey-of.ts'
import { systemd } from './systemd.ts'
import { environmentWords, execCommand, parseUnit, resolveSpecifiers } from './unit-file.ts'

const passwd = 'root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n'
const wanted = (name: string) => `/etc/systemd/system/multi-user.target.wants/${name}`

for (const [text, expected] of [
  ['[Service]\nExecStart=/x\n', ['Service ExecStart=/x :2']],
  ['[Service]\r\nExecStart = /x \r\n', ['Service ExecStart=/x :2']],
  ['[Service]\n# no\n; no\n  ExecStart=/x', ['Service ExecStart=/x :4']],
  [
    '[Service]\nExecStart=/x \\\n  -a \\\n# in between\n  -b\nUser=u',
    ['Service ExecStart=/x -a -b :2', 'Service User=u :6'],
  ],
  ['[Service]\nExecStart=\nnonsense\n=x', ['Service ExecStart= :2']],
  ['ExecStart=/x', [' ExecStart=/x :1']],
  ['[Service]\nExecStart=/x \\', ['Service ExecStart=/x \\ :2']],
] as const)
  test(`unit file ${JSON.stringify(text)}`, () =>
    assert.deepEqual(
      parseUnit(text).map(({ section, name, value, line }) => `${section} ${name}=${value} :${line}`),
      expected,
    ))

test('the exact lines of a joined directive are kept', () =>
  assert.equal(parseUnit('[Service]\nExecStart=/x \\\n  -a\n')[0]?.text, 'ExecStart=/x \\\n  -a'))

for (const [value, expected] of [
  ['-/x', '/x'],
  ['@-/x name', '/x name'],
  ['+!!/x', '/x'],
  [':/x $A', '/x $A'],
] as const)
  test(`command ${value}`, () => assert.equal(execCommand(value), expected))

test('words of an environment', () =>
  assert.deepEqual(environmentWords(`"A=b c" D=e 'F=g' H="i j" nothing`), [
    { name: 'A', value: 'b c' },
    { name: 'D', value: 'e' },
    { name: 'F', value: 'g' },
    { name: 'H', value: 'i j' },
  ]))

test('specifiers', () => {
  const specifiers = { unit: 'x-y@a-b.service', instance: 'a-b', user: 'anna', home: '/home/anna', runtime: '/run' }
  assert.equal(
    resolveSpecifiers('%n %p %i %I %h %t %u %% %Z', specifiers),
    'x-y@a-b.service x-y a-b a/b /home/anna /run anna % %Z',
  )
})

test('units, what triggers them and what changes them', async () => {
  const survey = surveyOf({
    '/etc/passwd': passwd,
    '/etc/systemd/system/bot.service':
      '[Service]\nExecStartPre=-/tmp/pre\nExecStart=/tmp/bot -o pool\nRestart=always\n[Install]\nWantedBy=multi-user.target\n',
    [wanted('bot.service')]: { link: '/etc/systemd/system/bot.service' },
    '/etc/systemd/system/off.service': '[Service]\nExecStart=/tmp/off\n',
    '/etc/systemd/system/tick.timer': '[Timer]\nOnBootSec=1min\nOnUnitActiveSec=5min\nUnit=job.service\n',
    '/etc/systemd/system/timers.target.wants/tick.timer': { link: '../tick.timer' },
    '/usr/lib/systemd/system/job.service':
      '[Service]\nWorkingDirectory=/opt/w\nExecStart=/bin/sh -c "cd /tmp && ./job"\n',
    '/usr/lib/systemd/system/ssh.service': '[Service]\nExecStart=/usr/sbin/sshd -D\n',
    '/usr/lib/systemd/system/gone.service': '[Service]\nExecStart=/usr/sbin/gone\n',
    '/etc/systemd/system/gone.service': { link: '/dev/null' },
    '/etc/systemd/system/ssh.service': '[Service]\nExecStart=/usr/sbin/sshd -D\n',
    '/etc/systemd/system/ssh.service.d/x.conf': '[Service]\nExecStartPost=/tmp/post\n',
    '/etc/systemd/system/service.d/all.conf': '[Service]\nEnvironment="LD_PRELOAD=/tmp/h.so"\n',
    '/etc/systemd/system/w@.service': '[Service]\nExecStart=/tmp/%i/w\n',
    [wanted('w@one.service')]: { link: '../w@.service' },
    '/etc/systemd/system/far.service': { link: '/opt/far/far.service' },
    '/opt/far/far.service': '[Service]\nEnvironmentFile=-/opt/far/env\nExecStart=/opt/far/run\n',
    '/opt/far/env': 'A=b\nLD_AUDIT=/opt/far/a.so\n',
    '/lib/x': { link: '/usr/lib/x' },
    '/run/systemd/transient/run-r1.service': '[Service]\nExecStart=/tmp/transient\n',
    '/etc/systemd/system/p.path': '[Path]\nPathExists=/tmp/go\n',
    '/etc/systemd/system/p.service': '[Service]\nExecStart=/tmp/p\n',
    [wanted('p.path')]: { link: '../p.path' },
    '/etc/systemd/system/s.socket': '[Socket]\nListenStream=99\nAccept=yes\n',
    '/etc/systemd/system/s@.service': '[Service]\nExecStart=/tmp/s\n',
    [wanted('s.socket')]: { link: '../s.socket' },
  })
  assert.deepEqual(await started(systemd, survey), [
    'systemd-transient /run/systemd/transient/run-r1.service:2 /tmp/transient -> /tmp/transient',
    'systemd-unit /etc/systemd/system/bot.service:2 /tmp/pre -> /tmp/pre',
    'systemd-unit /etc/systemd/system/bot.service:3 /tmp/bot -o pool -> /tmp/bot',
    'systemd-unit /opt/far/far.service:3 [off] /opt/far/run -> /opt/far/run',
    'preload /opt/far/env:2 LD_AUDIT /opt/far/a.so',
    'systemd-unit /etc/systemd/system/off.service:2 [off] /tmp/off -> /tmp/off',
    'systemd-path /etc/systemd/system/p.path:2 /tmp/p -> /tmp/p',
    'systemd-unit /etc/systemd/system/p.service:2 /tmp/p -> /tmp/p',
    'systemd-socket /etc/systemd/system/s.socket:2 /tmp/s -> /tmp/s',
    'systemd-unit /etc/systemd/system/s@.service:2 /tmp/s -> /tmp/s',
    'systemd-unit /etc/systemd/system/ssh.service:2 [off] /usr/sbin/sshd -D -> /usr/sbin/sshd',
    'systemd-unit /usr/lib/systemd/system/ssh.service:2 [off] /usr/sbin/sshd -D -> /usr/sbin/sshd',
    'systemd-timer /etc/systemd/system/tick.timer:2 /bin/sh -c "cd /tmp && ./job" -> /bin/sh /tmp/job',
    'systemd-unit /etc/systemd/system/w@.service:2 /tmp/%i/w -> /tmp/one/w',
    'systemd-unit /usr/lib/systemd/system/gone.service:2 [off] /usr/sbin/gone -> /usr/sbin/gone',
    'systemd-unit /usr/lib/systemd/system/job.service:3 /bin/sh -c "cd /tmp && ./job" -> /bin/sh /tmp/job',
    'systemd-drop-in /etc/systemd/system/service.d/all.conf  -> /tmp/h.so',
    'preload /etc/systemd/system/service.d/all.conf:2 LD_PRELOAD /tmp/h.so',
    'systemd-drop-in /etc/systemd/system/ssh.service.d/x.conf:2 [off] /tmp/post -> /tmp/post',
  ])
  const facts = await collected(systemd, survey)
  const bot = facts.find(fact => fact.kind === 'autostart' && fact.name === 'bot.service' && fact.line === 3)
  assert.partialDeepStrictEqual(bot, {
    text: 'ExecStart=/tmp/bot -o pool',
    user: 'root',
    schedule: 'boot',
    settings: ['Restart=always', 'WantedBy=multi-user.target'],
    links: [wanted('bot.service')],
    ownership: 'unowned',
  })
  const tick = facts.find(fact => fact.kind === 'autostart' && fact.name === 'tick.timer')
  assert.partialDeepStrictEqual(tick, {
    schedule: 'OnBootSec=1min OnUnitActiveSec=5min',
    settings: ['Unit=job.service'],
  })
  const odd = facts.flatMap(fact =>
    fact.kind === 'autostart' && fact.oddities.length > 0 ? [`${fact.path} ${fact.oddities}`] : [],
  )
  assert.deepEqual(odd, [
    '/usr/lib/systemd/system/ssh.service overridden',
    '/usr/lib/systemd/system/gone.service masked',
  ])
})

test('a drop-in that takes the start of a unit away', async () => {
  const survey = surveyOf({
    '/usr/lib/systemd/system/a.service': '[Service]\nExecStart=/usr/bin/a\n',
    [wanted('a.service')]: { link: '/usr/lib/systemd/system/a.service' },
    '/etc/systemd/system/a.service.d/o.conf': '[Service]\nExecStart=\nExecStart=/tmp/a\n',
    '/etc/systemd/system/t.timer': '[Timer]\nOnCalendar=daily\nUnit=a.service\n',
  })
  assert.deepEqual(await started(systemd, survey), [
    'systemd-timer /etc/systemd/system/t.timer:2 [off] /usr/bin/a -> /usr/bin/a',
    'systemd-unit /usr/lib/systemd/system/a.service:2 [off] /usr/bin/a -> /usr/bin/a',
    'systemd-drop-in /etc/systemd/system/a.service.d/o.conf:3 /tmp/a -> /tmp/a',
  ])
})

test('merged directories are read once, and a unit that only a link in .wants leads to is seen', async () => {
  const survey = surveyOf({
    '/lib': { link: '/usr/lib' },
    '/usr/lib/systemd/system/a.service': '[Service]\nExecStart=/usr/bin/a\n',
    '/usr/lib/systemd/system/b.service': { link: 'a.service' },
    [wanted('x.service')]: { link: '/opt/x.service' },
    '/opt/x.service': '[Service]\nExecStart=/opt/x\n',
    [wanted('b.service')]: { link: '/usr/lib/systemd/system/a.service' },
  })
  assert.deepEqual(await started(systemd, survey), [
    'systemd-unit /usr/lib/systemd/system/a.service:2 /usr/bin/a -> /usr/bin/a',
    'systemd-unit /opt/x.service:2 /opt/x -> /opt/x',
  ])
})

test("users' units, generators, hooks, environment, tmpfiles and lingering users", async () => {
  const survey = surveyOf(
    {
      '/etc/passwd': passwd,
      '/home/anna/.config/systemd/user/u.service': '[Service]\nExecStart=%h/.x/u\n[Install]\nWantedBy=default.target\n',
      '/home/anna/.config/systemd/user/default.target.wants/u.service': { link: '../u.service' },
      '/home/anna/.config/systemd/user/u.timer': '[Timer]\nOnCalendar=hourly\n',
      '/usr/lib/environment.d/99-environment.conf': { link: '../../../etc/environment' },
      '/etc/environment': 'LD_PRELOAD=/tmp/told/elsewhere.so\n',
      '/etc/systemd/system-generators/g': { content: '#!/bin/sh\n', mode: 0o755 },
      '/usr/lib/systemd/system-generators/g': { content: '#!/bin/sh\n', mode: 0o755 },
      '/usr/lib/systemd/system-sleep/z': { content: '#!/bin/sh\n', mode: 0o755 },
      '/usr/lib/systemd/system-shutdown/y': '#!/bin/sh\n',
      '/etc/systemd/system.conf':
        '[Manager]\n#DefaultEnvironment=\nDefaultEnvironment=LD_PRELOAD=/tmp/d.so BASH_ENV=/tmp/e\n',
      '/home/anna/.config/environment.d/x.conf': 'LD_PRELOAD=/tmp/f.so\n',
      '/etc/tmpfiles.d/x.conf':
        'd /tmp/d 0755 - - -\nf+ /etc/cron.d/x 0644 root root - * * * * * root /tmp/t\\n\nC /usr/bin/x 0755 - - - /opt/x\n',
      '/usr/lib/tmpfiles.d/stock.conf': 'L /etc/os-release - - - - ../usr/lib/os-release\n',
      '/var/lib/systemd/linger/anna': '',
    },
    { ownership: { '/usr/lib/tmpfiles.d/stock.conf': 'owned' } },
  )
  assert.deepEqual(await started(systemd, survey), [
    'systemd-user-unit /home/anna/.config/systemd/user/u.service:2 %h/.x/u -> /home/anna/.x/u',
    'systemd-user-unit /home/anna/.config/systemd/user/u.timer:2 [off] %h/.x/u -> /home/anna/.x/u',
    'systemd-generator /etc/systemd/system-generators/g /etc/systemd/system-generators/g -> /etc/systemd/system-generators/g',
    'systemd-generator /usr/lib/systemd/system-generators/g [off] /usr/lib/systemd/system-generators/g -> /usr/lib/systemd/system-generators/g',
    'systemd-hook /usr/lib/systemd/system-shutdown/y [off] /usr/lib/systemd/system-shutdown/y -> /usr/lib/systemd/system-shutdown/y',
    'systemd-hook /usr/lib/systemd/system-sleep/z /usr/lib/systemd/system-sleep/z -> /usr/lib/systemd/system-sleep/z',
    'linger /var/lib/systemd/linger/anna ',
    'systemd-environment /etc/systemd/system.conf:3  -> /tmp/d.so /tmp/e',
    'preload /etc/systemd/system.conf:3 LD_PRELOAD /tmp/d.so',
    'systemd-environment /home/anna/.config/environment.d/x.conf:1  -> /tmp/f.so',
    'preload /home/anna/.config/environment.d/x.conf:1 LD_PRELOAD /tmp/f.so',
    'tmpfiles /etc/tmpfiles.d/x.conf:2 * * * * * root /tmp/t\\x0a -> /etc/cron.d/x /tmp/t',
    'tmpfiles /etc/tmpfiles.d/x.conf:3 /opt/x -> /usr/bin/x /opt/x',
  ])
})

test("a shared unit that one user's link starts, and a user's unit that a shared link starts", async () => {
  const survey = surveyOf({
    '/etc/passwd': passwd,
    '/usr/lib/systemd/user/s.service': '[Service]\nExecStart=/usr/bin/s\n',
    '/home/anna/.config/systemd/user/default.target.wants/s.service': { link: '/usr/lib/systemd/user/s.service' },
    '/home/anna/.config/systemd/user/u.service': '[Service]\nExecStart=/usr/bin/u\n',
    '/etc/systemd/user/default.target.wants/u.service': { link: '/home/anna/.config/systemd/user/u.service' },
  })
  assert.deepEqual(await started(systemd, survey), [
    'systemd-user-unit /home/anna/.config/systemd/user/u.service:2 /usr/bin/u -> /usr/bin/u',
    'systemd-user-unit /usr/lib/systemd/user/s.service:2 /usr/bin/s -> /usr/bin/s',
  ])
})

test('the processes of a running service', async () => {
  const survey = surveyOf(
    {
      '/etc/systemd/system/bot.service': '[Service]\nExecStart=/tmp/bot\n',
      [wanted('bot.service')]: { link: '../bot.service' },
      '/sys/fs/cgroup/system.slice/bot.service/cgroup.procs': '42\n43\n',
    },
    { live: true },
  )
  const [fact] = await collected(systemd, survey)
  assert.deepEqual(fact?.kind === 'autostart' && fact.pids, [42, 43])
})

test('any bytes are read without throwing', async () => {
  const pieces = [
    '[Service]\n',
    'ExecStart=',
    '/tmp/x',
    '\\\n',
    '\n',
    '\r',
    '\0',
    '%',
    '%i',
    '"',
    "'",
    '$A',
    '#',
    '=',
    'Environment=LD_PRELOAD=',
    '\udcff',
    ' ',
    '@',
    'Unit=',
    'Wants=a.service ',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces)).map(all => all.join('')),
  )
  await fc.assert(
    fc.asyncProperty(text, text, async (unit, other) => {
      parseUnit(unit)
      environmentWords(unit)
      const survey = surveyOf({
        '/etc/systemd/system/a.service': unit,
        '/etc/systemd/system/a.timer': other,
        '/etc/systemd/system/a.service.d/b.conf': other,
        '/etc/tmpfiles.d/x.conf': `f+ /x ${unit}`,
        [wanted('a.timer')]: { link: '../a.timer' },
      })
      await collected(systemd, survey)
    }),
    { numRuns: 150 },
  )
})

for (const piece of ['\\\n', '"', "'", 'A=b ', '%i', '[', '=', 'ExecStart=/x\n', '#\n\\\n', '\\"'])
  test(`a long unit of ${JSON.stringify(piece)} is read in no time`, () => {
    const begun = performance.now()
    parseUnit(piece.repeat(300_000))
    environmentWords(piece.repeat(300_000))
    resolveSpecifiers(piece.repeat(300_000), { unit: 'a', user: 'b', runtime: '/run' })
    assert.ok(performance.now() - begun < 4000)
  })
