import { type Infection, miner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'
import { serviceText } from './parts.ts'

/** No sign that would tell on its own; many together. */
export const weakSigns: Infection = {
  family: 'weak-signs',
  known: false,
  title: 'A campaign that leaves weak signs only',
  story: [
    'A program that no package owns lies in /usr/sbin and is started by a service and by a cron line.',
    'Both are immutable, as is a key of a user; huge pages are set aside.',
  ],
  items: [
    {
      kind: 'file',
      path: '/usr/sbin/iscsi-healthd',
      content: { lookalike: { ...miner, title: 'iscsi-healthd' }, words: 'iscsi' },
      mode: 0o755,
      attributes: 'i',
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/iscsi-health.service',
      content: { text: serviceText('iSCSI health', '/usr/sbin/iscsi-healthd --daemon') },
      attributes: 'i',
    },
    { kind: 'unit', name: 'iscsi-health.service', path: '/etc/systemd/system/iscsi-health.service' },
    {
      kind: 'line',
      path: '/etc/cron.d/iscsi-health',
      text: '*/10 * * * * root pgrep iscsi-healthd >/dev/null || /usr/sbin/iscsi-healthd --daemon',
      attributes: 'i',
    },
    {
      kind: 'line',
      path: '/home/ci/.ssh/authorized_keys2',
      owner: 'ci',
      text: loginKey('ssh-ed25519', 'weak signs', 'backup'),
      mode: 0o600,
      attributes: 'i',
    },
    { kind: 'line', path: '/etc/sysctl.d/99-iscsi.conf', text: 'vm.nr_hugepages = 1168' },
    { kind: 'process', path: '/usr/sbin/iscsi-healthd', argv: [], startedBy: 'iscsi-health.service' },
  ],
}
