import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { factSchemas } from '../../model/index.ts'
import type { MemoryFile } from '../../target/index.ts'
import { autostartCollectors } from './autostarts.ts'
import { collected, surveyOf } from './survey-of.ts'

test('each collector has its own name', () => {
  const names = autostartCollectors.map(({ name }) => name)
  assert.deepEqual([...new Set(names)], names)
})

/** A file of each format that is read here. */
const places = [
  '/etc/ld.so.preload',
  '/etc/ld.so.conf.d/a.conf',
  '/etc/init.d/a',
  '/etc/rc.local',
  '/etc/inittab',
  '/etc/local.d/a.start',
  '/etc/init/a.conf',
  '/etc/sv/a/run',
  '/etc/supervisord.conf',
  '/etc/monitrc',
  '/root/.pm2/dump.pm2',
  '/etc/xinetd.d/a',
  '/etc/inetd.conf',
  '/etc/profile.d/a.sh',
  '/root/.bashrc',
  '/root/.vimrc',
  '/root/.tmux.conf',
  '/root/.gdbinit',
  '/root/.screenrc',
  '/etc/environment',
  '/etc/default/a',
  '/etc/security/pam_env.conf',
  '/root/.pam_environment',
  '/etc/modules-load.d/a.conf',
  '/etc/modprobe.d/a.conf',
  '/etc/binfmt.d/a.conf',
  '/etc/sysctl.d/a.conf',
  '/proc/sys/kernel/core_pattern',
  '/etc/default/grub',
  '/etc/udev/rules.d/a.rules',
  '/etc/initramfs-tools/hooks/a',
  '/etc/dracut.conf.d/a.conf',
  '/etc/update-motd.d/a',
  '/etc/xdg/autostart/a.desktop',
  '/root/.xsession',
  '/etc/network/interfaces',
  '/etc/NetworkManager/dispatcher.d/a',
  '/etc/acpi/events/a',
  '/etc/rsyslog.d/a.conf',
  '/etc/logrotate.d/a',
  '/etc/smartd.conf',
  '/etc/mdadm/mdadm.conf',
  '/etc/fail2ban/action.d/a.conf',
  '/etc/openvpn/a.conf',
  '/etc/zabbix/zabbix_agentd.conf',
  '/etc/apt/apt.conf.d/a',
  '/etc/dpkg/dpkg.cfg.d/a',
  '/var/lib/dpkg/info/a.postinst',
  '/etc/dnf/dnf.conf',
  '/etc/pacman.d/hooks/a.hook',
  '/usr/lib/python3/dist-packages/a.pth',
  '/etc/php.ini',
  '/root/.gitconfig',
  '/srv/x/.git/config',
  '/srv/x/.git/hooks/post-merge',
  '/etc/pam.d/a',
  '/etc/pam.conf',
  '/etc/ssh/sshd_config',
  '/etc/ssh/sshrc',
  '/root/.ssh/config',
  '/var/lib/docker/containers/a/config.v2.json',
  '/var/lib/docker/containers/a/hostconfig.json',
  '/var/lib/containers/storage/overlay-containers/containers.json',
  '/run/containerd/io.containerd.runtime.v2.task/k8s.io/a/config.json',
  '/etc/containers/systemd/a.container',
  '/etc/kubernetes/manifests/a.yaml',
  '/etc/docker/daemon.json',
  '/etc/redis/redis.conf',
  '/var/lib/kubelet/config.yaml',
  '/lib64/ld-linux-x86-64.so.2',
  '/etc/passwd',
] as const

const words = fc.constantFrom(
  '"',
  "'",
  '\\',
  '\n',
  '\r',
  '$(',
  '`',
  ')',
  '(',
  '{',
  '}',
  '[',
  ']',
  ' ',
  '\t',
  ';',
  '|',
  '&',
  '#',
  '=',
  '+=',
  ':',
  '/',
  '\0',
  '\udcff',
  '\x1b[2K',
  '/tmp/x',
  'LD_PRELOAD=',
  'PATH=',
  'install a ',
  'RUN+="',
  'exec ',
  'script\n',
  'end script',
  '[program:a]\n',
  'command=',
  'auth sufficient pam_permit.so',
  'Include *',
  'Match all',
  'ForceCommand ',
  'postrotate\n',
  'endscript',
  'DPkg::Post-Invoke {"',
  '};',
  '{"a":[',
  '"RestartPolicy":{"Name":"always"}',
  '- &a [*a]',
  'spec:\n  containers:\n  - ',
  'include ',
  '[include]\nfiles = *',
  'root:x:0:0::/root:/bin/sh\n',
  '*'.repeat(40),
  ' '.repeat(300),
  'a'.repeat(3000),
)
const content = fc
  .array(fc.oneof({ weight: 3, arbitrary: words }, fc.string({ unit: 'binary' })), { maxLength: 80 })
  .map(parts => parts.join(''))

test('whatever the files hold, every fact has its shape and nothing takes long', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(content, { minLength: 6, maxLength: 6 }), async texts => {
      const files: Record<string, string | MemoryFile> = {}
      for (const [index, path] of places.entries())
        files[path] = { content: texts[index % texts.length] ?? '', mode: 0o755 }
      files['/root/.hushlogin'] = ''
      const survey = surveyOf(files)
      for (const collector of autostartCollectors) {
        const began = performance.now()
        for (const fact of await collected(collector, survey)) {
          assert.deepEqual(factSchemas[fact.kind].safeParse(fact).error?.issues ?? [], [])
          assert.ok(JSON.stringify(fact).isWellFormed())
        }
        assert.ok(performance.now() - began < 1_500, `${collector.name} was slow`)
      }
    }),
    { numRuns: 25 },
  )
})

test('one hostile line of 20 KB after the other does not take long', async () => {
  for (const piece of [
    '(',
    '"',
    "'",
    '$(',
    '`',
    '{',
    'a=(',
    'PATH=:',
    '[[ ',
    ' \\',
    '||',
    '*|',
    '//',
    'exec ',
    '!',
    'RUN+="\\',
    '#',
    '\\\n',
    '<<A\n',
    'alias ls=',
    'up ',
    'auth [',
    'x) ',
    '\t ',
  ]) {
    const text = piece.repeat(Math.ceil(20_000 / piece.length))
    const survey = surveyOf(Object.fromEntries(places.map(path => [path, { content: text, mode: 0o755 }])))
    for (const collector of autostartCollectors) {
      const began = performance.now()
      await collected(collector, survey)
      const took = performance.now() - began
      assert.ok(took < 1_500, `${collector.name} took ${took.toFixed(0)} ms over ${JSON.stringify(piece)}`)
    }
  }
})
