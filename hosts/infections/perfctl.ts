import { type Infection, type Item, minerWords, shyMiner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const body = { lookalike: { ...shyMiner, once: 'perfctl' }, words: minerWords } as const
const cleaner = '#!/bin/sh\nAAZHDE=1 /root/.config/cron/perfcc >/dev/null 2>&1\n'
const container = 'c3f1e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7'
const shim = (name: string): Item => ({
  kind: 'file',
  path: `/usr/bin/.local/bin/${name}`,
  content: { lookalike: { seconds: 1 }, words: `shc ${name}` },
  mode: 0o755,
})

/** families.md §10b: a library that hides it, commands earlier in the search path, and a way in without a new account. */
export const perfctl: Infection = {
  family: 'perfctl',
  known: true,
  title: 'perfctl: hidden, and back through the account of a news server',
  story: [
    'perfcc lies in /usr/bin and in ~/.config/cron; what mines is a copy below /tmp/.perf.c named like the process that started it.',
    'A library in /etc/ld.so.preload hides the parts; top, ldd and lsof of its own come first in the search path of root.',
    'The account news got a key and a shell: a copy of dash called "nologin" with a blank behind it, listed in /etc/shells.',
    'wizlmsh gives root to whoever starts it. Jobs, a timer, a line of .profile and a container that sells the host’s traffic bring it back.',
  ],
  items: [
    { kind: 'file', path: '/usr/bin/perfcc', content: body, mode: 0o755, daysOld: 900 },
    { kind: 'file', path: '/root/.config/cron/perfcc', content: { copyOf: '/usr/bin/perfcc' }, mode: 0o755 },
    { kind: 'directory', path: '/tmp/.perf.c' },
    { kind: 'file', path: '/tmp/.perf.c/systemd', content: { copyOf: '/usr/bin/perfcc' }, mode: 0o755 },
    { kind: 'directory', path: '/tmp/.xdiag' },
    { kind: 'directory', path: '/tmp/.xdiag/data' },
    { kind: 'directory', path: '/tmp/.xdiag/data/pam' },
    { kind: 'file', path: '/tmp/.xdiag/data/pam/captured', content: { text: 'anna:not-a-password\n' }, mode: 0o600 },
    { kind: 'file', path: '/tmp/.xdiag/hroot', content: { lookalike: {}, words: 'tor client' }, mode: 0o755 },
    { kind: 'file', path: '/tmp/.apid', content: { text: '77\n' } },
    { kind: 'file', path: '/tmp/kubeupd', content: { lookalike: { once: 'kubeupd' }, words: 'kubeupd' }, mode: 0o755 },
    { kind: 'file', path: '/usr/bin/wizlmsh', content: { copyOf: '/usr/bin/dash' }, mode: 0o4755 },
    {
      kind: 'file',
      path: '/usr/lib/libgcwrap.so',
      content: { library: 'hide-readdir', hides: ['.xdiag', '.perf.c', 'perfcc', 'libgcwrap.so', 'wizlmsh'] },
      mode: 0o755,
    },
    { kind: 'file', path: '/usr/lib/libfsnldev.so', content: { copyOf: '/usr/lib/libgcwrap.so' }, mode: 0o755 },
    { kind: 'line', path: '/etc/ld.so.preload', text: '/lib/libgcwrap.so', mode: 0o644 },
    { kind: 'directory', path: '/usr/bin/.local' },
    { kind: 'directory', path: '/usr/bin/.local/bin' },
    ...['top', 'ldd', 'lsof', 'strace'].map(shim),
    { kind: 'line', path: '/root/.profile', text: 'export PATH=/bin/.local/bin:$PATH' },
    { kind: 'line', path: '/root/.profile', text: '/root/.config/cron/perfcc >/dev/null 2>&1' },
    { kind: 'file', path: '/etc/cron.d/perfclean', content: { text: '10 * * * * root perfcc >/dev/null 2>&1\n' } },
    { kind: 'file', path: '/etc/cron.hourly/perfclean', content: { text: cleaner }, mode: 0o755 },
    { kind: 'file', path: '/etc/cron.daily/perfclean', content: { text: cleaner }, mode: 0o755 },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: '11 * * * * /root/.config/cron/perfcc',
      mode: 0o600,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/KubeUpdate.service',
      content: {
        text: '[Unit]\nDescription=KubeUpdate\n\n[Service]\nType=simple\nExecStart=/tmp/kubeupd\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/KubeUpdate.timer',
      content: { text: '[Timer]\nOnBootSec=60\nOnUnitActiveSec=3600\n\n[Install]\nWantedBy=timers.target\n' },
    },
    { kind: 'unit', name: 'KubeUpdate.service', path: '/etc/systemd/system/KubeUpdate.service' },
    { kind: 'unit', name: 'KubeUpdate.timer', path: '/etc/systemd/system/KubeUpdate.timer' },
    { kind: 'file', path: '/usr/sbin/nologin ', content: { copyOf: '/usr/bin/dash' }, mode: 0o755 },
    { kind: 'line', path: '/etc/shells', text: '/usr/sbin/nologin ' },
    {
      kind: 'changed-line',
      path: '/etc/passwd',
      was: 'news:x:9:9:news:/var/spool/news:/usr/sbin/nologin',
      text: 'news:x:9:9:news:/var/spool/news:/usr/sbin/nologin ',
    },
    {
      kind: 'line',
      path: '/var/spool/news/.ssh/authorized_keys',
      text: loginKey('ssh-ed25519', 'perfctl', ''),
      owner: 'news',
      mode: 0o600,
      attributes: 'i',
    },
    {
      kind: 'file',
      path: `/var/lib/docker/containers/${container}/config.v2.json`,
      content: {
        text: `${JSON.stringify({ ID: container, Name: '/quiet_lamp', Created: '2026-03-01T08:00:00Z', Path: '/app/Cli', Args: ['start', 'accept'], Config: { Image: 'traffmonetizer/cli_v2', Env: ['AAZHDE=1'], Cmd: ['start', 'accept'], Entrypoint: ['/app/Cli'] }, State: { Running: false } })}\n`,
      },
      mode: 0o600,
      after: 'advised',
    },
    {
      kind: 'process',
      path: '/tmp/.perf.c/systemd',
      argv: ['/usr/bin/env', 'AAZHDE=1', '/tmp/.perf.c/systemd'],
    },
    { kind: 'process', path: '/tmp/kubeupd', argv: [], startedBy: 'KubeUpdate.service' },
  ],
}
