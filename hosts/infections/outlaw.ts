import { type Infection, type Item, miner, minerWords } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const home = '/home/deploy'
const bot = [
  '#!/usr/bin/perl',
  '# An inert stand-in of the range: it sleeps. The words below are what a look into such a bot finds.',
  "my @words = ('NICK', 'PRIVMSG', 'JOIN', 'mdrfckr', 'shellbot');",
  "$0 = 'rsync'; $SIG{TERM} = 'IGNORE'; $SIG{INT} = 'IGNORE';",
  'my $until = time + 900; sleep 5 while time < $until;',
  '',
].join('\n')
const starter = (what: string) => `#!/bin/sh\ncd ${home}/.configrc7/a\nnohup ./${what} >/dev/null 2>&1 &\n`
const owned = { owner: 'deploy', mode: 0o755 }
const script = (path: string, text: string): Item => ({ kind: 'file', path, content: { text }, ...owned })
const cronLines = [
  `5 6 * * 0 ${home}/.configrc7/a/upd>/dev/null 2>&1`,
  `@reboot ${home}/.configrc7/a/upd>/dev/null 2>&1`,
  `5 8 * * 0 ${home}/.configrc7/b/sync>/dev/null 2>&1`,
  `@reboot ${home}/.configrc7/b/sync>/dev/null 2>&1`,
  '0 0 */3 * * /tmp/.X2c4-unix/.rsync/c/aptitude>/dev/null 2>&1',
  '*/30 * * * * /tmp/.kswapd00 || /home/deploy/.configrc7/a/kswapd00 > /dev/null 2>&1',
]

/** families.md §4: an ordinary account taken over by ssh, weekly cron lines, kernel-thread names, copies in /tmp. */
export const outlaw: Infection = {
  family: 'outlaw',
  known: true,
  title: 'Outlaw: an account taken over, with jobs that only run once a week',
  story: [
    'The account deploy was entered with a guessed password; its keys were replaced by one of the intruder and made immutable.',
    'kswapd0 is no kernel thread but a miner under ~/.configrc7; an IRC bot calls itself rsync.',
    'Six cron lines, some weekly or every third day, bring it back long after it seems gone; a copy waits in /tmp.',
    'chattr was copied to lockr.',
  ],
  items: [
    { kind: 'directory', path: `${home}/.configrc7`, ...owned },
    { kind: 'directory', path: `${home}/.configrc7/a`, ...owned },
    { kind: 'directory', path: `${home}/.configrc7/b`, ...owned },
    {
      kind: 'file',
      path: `${home}/.configrc7/a/kswapd00`,
      content: { lookalike: { ...miner, title: 'kswapd0', stubborn: true, once: 'kswapd0' }, words: minerWords },
      ...owned,
    },
    script(`${home}/.configrc7/a/upd`, starter('kswapd00')),
    script(`${home}/.configrc7/a/run`, starter('kswapd00')),
    script(`${home}/.configrc7/b/sync`, `#!/bin/sh\nnohup perl ${home}/.configrc7/b/run >/dev/null 2>&1 &\n`),
    script(`${home}/.configrc7/b/run`, bot),
    { kind: 'directory', path: '/tmp/.X2c4-unix', ...owned },
    { kind: 'directory', path: '/tmp/.X2c4-unix/.rsync', ...owned },
    { kind: 'directory', path: '/tmp/.X2c4-unix/.rsync/c', ...owned },
    script(
      '/tmp/.X2c4-unix/.rsync/c/aptitude',
      '#!/bin/sh\ncd /tmp/.X2c4-unix/.rsync/c\nnohup ./tsm >/dev/null 2>&1 &\n',
    ),
    { kind: 'file', path: '/tmp/.X2c4-unix/.rsync/c/tsm', content: { lookalike: { burn: 15, once: 'tsm' } }, ...owned },
    {
      kind: 'file',
      path: '/tmp/.kswapd00',
      content: { lookalike: { ...miner, title: 'kswapd0', stubborn: true, once: 'kswapd0' }, words: minerWords },
      ...owned,
    },
    {
      kind: 'file',
      path: `${home}/.configrc7/a/kthreadadd`,
      content: { lookalike: { burn: 25, title: 'kthreadadd' }, words: minerWords },
      ...owned,
    },
    ...cronLines.map(
      (text): Item => ({ kind: 'line', path: '/var/spool/cron/crontabs/deploy', text, owner: 'deploy', mode: 0o600 }),
    ),
    {
      kind: 'line',
      path: `${home}/.ssh/authorized_keys`,
      text: loginKey('ssh-rsa', 'outlaw', 'mdrfckr'),
      owner: 'deploy',
      mode: 0o600,
      attributes: 'ia',
    },
    { kind: 'file', path: '/usr/bin/lockr', content: { copyOf: '/usr/bin/chattr' }, mode: 0o755 },
    {
      kind: 'process',
      path: `${home}/.configrc7/a/kswapd00`,
      argv: ['./kswapd00'],
      user: 'deploy',
      cwd: `${home}/.configrc7/a`,
    },
    { kind: 'process', path: '/usr/bin/perl', argv: ['perl', `${home}/.configrc7/b/run`], user: 'deploy', cwd: home },
    {
      kind: 'process',
      path: '/tmp/.X2c4-unix/.rsync/c/tsm',
      argv: ['./tsm', '-t', '202'],
      user: 'deploy',
      cwd: '/tmp/.X2c4-unix/.rsync/c',
    },
    {
      kind: 'process',
      path: `${home}/.configrc7/a/kthreadadd`,
      argv: ['./kthreadadd'],
      user: 'deploy',
      cwd: `${home}/.configrc7/a`,
      deleted: true,
    },
  ],
}
