import { type Infection, miner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'
import { minerSettings, serviceText } from './parts.ts'

const home = '/opt/insights-agent'

/** A program without a miner's words that looks like a vendor's agent; what it is given says what it is. */
export const vendorAgent: Infection = {
  family: 'vendor-agent',
  known: false,
  title: 'A miner in the shape of a monitoring agent in /opt',
  story: [
    'A stripped program in /opt is started by a service; a path unit starts it again when its file changes.',
    'Its settings are called settings.dat. An ordinary-looking account with all rights of sudo was left, with a key.',
    'Huge pages are set aside for it, and names of update servers lead nowhere.',
  ],
  items: [
    {
      kind: 'file',
      path: `${home}/bin/insights-agentd`,
      content: { lookalike: { ...miner, title: 'insights-agentd' }, words: 'insights collector 4.2' },
      mode: 0o755,
    },
    { kind: 'file', path: `${home}/settings.dat`, content: { text: minerSettings }, mode: 0o600 },
    {
      kind: 'file',
      path: '/etc/systemd/system/insights-agent.service',
      content: { text: serviceText('Insights agent', `${home}/bin/insights-agentd --run ${home}/settings.dat`) },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/insights-agent.path',
      content: { text: `[Path]\nPathChanged=${home}/bin/insights-agentd\n\n[Install]\nWantedBy=multi-user.target\n` },
    },
    { kind: 'unit', name: 'insights-agent.service', path: '/etc/systemd/system/insights-agent.service' },
    { kind: 'unit', name: 'insights-agent.path', path: '/etc/systemd/system/insights-agent.path' },
    { kind: 'account', name: 'svc-insights', uid: 2077, home: '/home/svc-insights', shadow: '$6$range$unusable' },
    {
      kind: 'line',
      path: '/etc/sudoers.d/svc-insights',
      text: 'svc-insights ALL=(ALL) NOPASSWD:ALL',
      mode: 0o440,
    },
    {
      kind: 'line',
      path: '/home/svc-insights/.ssh/authorized_keys',
      text: loginKey('ssh-ed25519', 'insights', 'ops@insights'),
      owner: 'svc-insights',
      mode: 0o600,
    },
    { kind: 'line', path: '/etc/sysctl.d/60-insights.conf', text: 'vm.nr_hugepages=1280' },
    { kind: 'line', path: '/etc/hosts', text: '0.0.0.0 security.debian.org' },
    { kind: 'line', path: '/etc/hosts', text: '127.0.0.1 database.clamav.net' },
    { kind: 'process', path: `${home}/bin/insights-agentd`, argv: [], startedBy: 'insights-agent.service' },
  ],
}
