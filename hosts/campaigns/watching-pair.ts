import { type Infection, miner } from '../host-part.ts'
import { minerSettings } from './parts.ts'

const place = '/usr/local/lib/netstat'

/** Two shell scripts that watch each other and a program in /usr/local. */
export const watchingPair: Infection = {
  family: 'watching-pair',
  known: false,
  title: 'Two scripts that watch each other',
  story: [
    'Each of two scripts starts the other and the program when one is missing.',
    'cron starts the first at each boot; the settings of the program are called theme.png.',
  ],
  items: [
    {
      kind: 'file',
      path: `${place}/collect.sh`,
      content: {
        text: `#!/bin/bash\nend=$((SECONDS+600))\nwhile [ $SECONDS -lt $end ]; do\n  pgrep -f ${place}/rotate.sh >/dev/null || setsid bash ${place}/rotate.sh &\n  pgrep -x netstatd >/dev/null || setsid ${place}/netstatd -c ${place}/theme.png &\n  sleep 1\ndone\n`,
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: `${place}/rotate.sh`,
      content: {
        text: `#!/bin/bash\nend=$((SECONDS+600))\nwhile [ $SECONDS -lt $end ]; do\n  pgrep -f ${place}/collect.sh >/dev/null || setsid bash ${place}/collect.sh &\n  sleep 1\ndone\n`,
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: `${place}/netstatd`,
      content: { lookalike: { ...miner, once: 'netstatd' }, words: 'netstat' },
      mode: 0o755,
    },
    { kind: 'file', path: `${place}/theme.png`, content: { text: minerSettings } },
    { kind: 'line', path: '/etc/cron.d/netstat', text: `@reboot root bash ${place}/collect.sh` },
    { kind: 'process', path: '/usr/bin/bash', argv: ['/usr/bin/bash', `${place}/collect.sh`] },
    { kind: 'process', path: `${place}/netstatd`, argv: [], startedBy: `${place}/collect.sh` },
  ],
}
