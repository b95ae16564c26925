import type { Infection, Item } from '../host-part.ts'

const name = 'qhlwkzrvbn'
const initScript = `#!/bin/sh\n# chkconfig: 12345 90 90\n### BEGIN INIT INFO\n# Provides: ${name}\n# Required-Start:\n# Required-Stop:\n# Default-Start: 1 2 3 4 5\n# Default-Stop:\n# Short-Description: ${name}\n### END INIT INFO\ncase $1 in\nstart)\n  /usr/bin/${name}\n  ;;\nstop)\n  ;;\n*)\n  /usr/bin/${name}\n  ;;\nesac\n`
const body = { stubborn: true, twin: '/usr/lib/libudev.so', detach: true, once: 'xorddos' } as const

/** families.md §10e: a program that goes on under a new random name whenever it is killed. */
export const xorddos: Infection = {
  family: 'xorddos',
  known: true,
  title: 'XorDDoS: killed, it comes back under another name',
  story: [
    'Two processes of one program in /usr/bin with a random name; when one dies the other starts a copy under a new name with another hash.',
    'The master copy calls itself /lib/libudev.so; an init script, its rc links, an hourly script and a line of /etc/crontab start it.',
  ],
  items: [
    {
      kind: 'file',
      path: '/usr/lib/libudev.so',
      content: { lookalike: body, words: 'HOME=/ BB2FA36AAA9541F0 md5= statistics= 000000000000' },
      mode: 0o755,
    },
    { kind: 'file', path: '/usr/lib/libudev.so.6', content: { copyOf: '/usr/lib/libudev.so' }, mode: 0o755 },
    {
      kind: 'file',
      path: `/usr/bin/${name}`,
      content: { copyOf: '/usr/lib/libudev.so', append: 'zmqkwtpxnv\n' },
      mode: 0o755,
    },
    { kind: 'file', path: `/etc/init.d/${name}`, content: { text: initScript }, mode: 0o755 },
    ...[2, 3, 4, 5].map(
      (level): Item => ({ kind: 'link', path: `/etc/rc${level}.d/S90${name}`, to: `../init.d/${name}` }),
    ),
    {
      kind: 'file',
      path: '/etc/cron.hourly/gcc.sh',
      content: {
        text: "#!/bin/sh\nPATH=/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/usr/X11R6/bin\nfor i in `cat /proc/net/dev|grep :|awk -F: {'print $1'}`; do ifconfig $i up& done\n[ -e /lib/libudev.so.6 ] || cp /lib/libudev.so /lib/libudev.so.6\n/lib/libudev.so.6\n",
      },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/crontab', text: '*/3 * * * * root /etc/cron.hourly/gcc.sh' },
    { kind: 'process', path: `/usr/bin/${name}`, argv: [`/usr/bin/${name}`] },
  ],
}
