import type { Infection, Item } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

/** Its settings are inside and encrypted: no word of a miner is in the file. */
const body = { lookalike: { burn: 8, stubborn: true, once: 'redtail' }, words: 'UPX! 7f3a9c0e51d2b8' } as const
const places = ['/etc', '/var', '/usr', '/opt', '/srv', '/root', '/home/deploy', '/var/tmp', '/dev/shm']

/** families.md §10d: one hidden program in every directory that can be written to and executed from. */
export const redtail: Infection = {
  family: 'redtail',
  known: true,
  title: 'RedTail: .redtail in every directory that takes it',
  story: [
    'The program .redtail lies in the root directory, below /etc, /var, /usr, homes and volatile places; all are the same.',
    'It talks to its own relays and holds no word of a miner; only place, name and copies tell.',
    'A job starts it at boot; a key with the comment rsa-key-20230629 is immutable.',
  ],
  items: [
    { kind: 'file', path: '/tmp/.redtail', content: body, mode: 0o755 },
    { kind: 'file', path: '/.redtail', content: { copyOf: '/tmp/.redtail' }, mode: 0o755 },
    ...places.map(
      (place): Item => ({
        kind: 'file',
        path: `${place}/.redtail`,
        content: { copyOf: '/tmp/.redtail' },
        mode: 0o755,
        ...(place === '/home/deploy' ? { owner: 'deploy' } : {}),
      }),
    ),
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: '@reboot /var/tmp/.redtail', mode: 0o600 },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys',
      text: loginKey('ssh-rsa', 'redtail', 'rsa-key-20230629'),
      mode: 0o600,
      attributes: 'ia',
    },
    { kind: 'process', path: '/tmp/.redtail', argv: ['xbkqvz'] },
  ],
}
