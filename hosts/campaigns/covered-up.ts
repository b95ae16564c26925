import { type Infection, miner } from '../host-part.ts'

const library = '/usr/lib/x86_64-linux-gnu/libnss_cachd.so.2'

/** Concealment everywhere, and a program without telling words. */
export const coveredUp: Infection = {
  family: 'covered-up',
  known: false,
  title: 'A program behind a preloaded library, a shim and a wrapper',
  story: [
    'A library is loaded into every program by /etc/ld.so.preload and once more by /etc/environment.',
    'A profile script puts a hidden directory first in the search path; in it lies a ps that leaves lines out.',
    'What would tell of logins goes to /dev/null.',
  ],
  items: [
    { kind: 'file', path: library, content: { library: 'hide-readdir', hides: ['certd'] }, mode: 0o644 },
    { kind: 'line', path: '/etc/ld.so.preload', text: library },
    { kind: 'line', path: '/etc/environment', text: `LD_PRELOAD=${library}` },
    { kind: 'directory', path: '/usr/local/.sbin' },
    {
      kind: 'file',
      path: '/usr/local/.sbin/ps',
      content: { text: '#!/bin/sh\n/usr/bin/ps "$@" | grep -v certd\n' },
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/etc/profile.d/path.sh',
      text: 'export PATH=/usr/local/.sbin:$PATH',
    },
    {
      kind: 'file',
      path: '/etc/ssl/certd',
      content: { lookalike: miner, words: 'certificates' },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/ca-refresh.service',
      content: {
        text: '[Service]\nExecStart=/etc/ssl/certd\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
    { kind: 'unit', name: 'ca-refresh.service', path: '/etc/systemd/system/ca-refresh.service' },
  ],
}
