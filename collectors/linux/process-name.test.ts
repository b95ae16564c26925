import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { looksLikeKernelThread, namesDisagree } from './process-name.ts'

const impostors: [string, string[], string | undefined, boolean?][] = [
  ['kswapd0', ['kswapd0'], '/root/.configrc5/a/kswapd0'],
  ['kswapd00', ['./kswapd00'], '/tmp/.kswapd00'],
  ['kdevtmpfsi', ['/tmp/kdevtmpfsi'], '/tmp/kdevtmpfsi'],
  ['kworkerds', ['/tmp/kworkerds'], '/tmp/kworkerds'],
  ['khugepageds', ['/tmp/khugepageds'], '/tmp/khugepageds'],
  ['kintegrityds', ['kintegrityds'], '/usr/sbin/kintegrityds'],
  ['kthreadad', ['kthreadad'], '/tmp/.X2c4-unix/.rsync/a/kthreadad'],
  ['kauditd0', ['kauditd0'], '/tmp/kauditd0'],
  ['kaudited', ['kaudited'], '/usr/bin/kaudited'],
  ['[kthreaddi]', ['[kthreaddi]'], '/tmp/x'],
  ['python3', ['[kworker/0:1]'], '/usr/bin/python3', true],
  ['x', ['kworker/0:1'], '/tmp/x'],
  ['migration/0', ['migration/0'], '/tmp/m'],
  ['[ext4]', ['/var/tmp/[ext4]'], '/var/tmp/[ext4]'],
  ['ksmd', [], undefined],
]
for (const [name, argv, path, packageOwned = false] of impostors) {
  test(`${name} ${argv[0]} is an impostor`, () => {
    assert.equal(looksLikeKernelThread({ name, argv, path, packageOwned }), true)
  })
}

const honest: [string, string[], string, boolean?][] = [
  ['sshd', ['sshd: root@pts/0'], '/opt/ssh/sbin/sshd'],
  ['auditd', ['/sbin/auditd'], '/usr/local/sbin/auditd'],
  ['worker', ['worker'], '/srv/app/worker'],
  ['watchdog', ['/usr/sbin/watchdog'], '/usr/sbin/watchdog'],
  ['migration', ['/srv/app/migration'], '/srv/app/migration'],
  ['celery', ['[celeryd: celery@host:MainProcess] -active-'], '/usr/bin/python3', true],
  ['kubelet', ['/usr/bin/kubelet'], '/usr/bin/kubelet'],
  ['ksmtuned', ['/bin/bash', '/usr/sbin/ksmtuned'], '/usr/bin/bash', true],
  ['kded5', ['/usr/bin/kded5'], '/usr/bin/kded5'],
  ['[', ['[', '-f', '/x', ']'], '/usr/bin/['],
  ['kworkerd', ['/usr/sbin/kworkerd'], '/usr/sbin/kworkerd', true],
  ['crypto', ['/srv/crypto'], '/srv/crypto'],
  ['java', ['java', '-jar', 'x.jar'], '/usr/bin/java'],
  ['rsync', ['rsync'], '/usr/bin/rsync'],
]
for (const [name, argv, path, packageOwned = false] of honest) {
  test(`${name} ${argv[0]} is none`, () => {
    assert.equal(looksLikeKernelThread({ name, argv, path, packageOwned }), false)
  })
}

const disagreements: [string, string[], string, boolean][] = [
  ['apache2', ['-bash'], '/tmp/.x/mine', true],
  ['sd-pam', ['nginx: worker process'], '/tmp/mine', true],
  ['mine', ['sshd'], '/tmp/mine', false],
  ['nginx', ['nginx: master process /usr/sbin/nginx'], '/usr/sbin/nginx', false],
  ['postgres', ['postgres: 15/main: checkpointer '], '/usr/lib/postgresql/15/bin/postgres', false],
  ['php-fpm8.2', ['php-fpm: pool www'], '/usr/sbin/php-fpm8.2', false],
  ['systemd', ['/sbin/init'], '/usr/lib/systemd/systemd', false],
  ['gunicorn', ['gunicorn: master [app]'], '/usr/bin/python3.11', false],
  ['ls', ['ls'], '/bin/busybox', false],
  ['node-MainThread', ['my title'], '/opt/node/bin/node', false],
]
for (const [name, argv, path, expected] of disagreements) {
  test(`names of ${path} as ${argv[0]} ${expected ? 'disagree' : 'agree'}`, () => {
    assert.equal(namesDisagree({ name, argv, path, packageOwned: false }), expected)
  })
}

test('any names get an answer', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(fc.string({ unit: 'binary' })),
      fc.string(),
      (name, argv, path) => {
        looksLikeKernelThread({ name, argv, path, packageOwned: false })
        namesDisagree({ name, argv, path, packageOwned: false })
      },
    ),
  )
})
