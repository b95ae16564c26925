import { type Infection, miner, minerWords } from '../host-part.ts'

const program = '/usr/share/misc/magicd'

/** The ways of twenty years ago: init script, inittab, rc.local, a job for at that queues itself again. */
export const oldWays: Infection = {
  family: 'old-ways',
  known: false,
  title: 'A miner started as in the days of System V',
  story: [
    'An init script with links for each run level, inittab, rc.local and a job for at start it.',
    'The program and the init script are immutable.',
  ],
  items: [
    {
      kind: 'file',
      path: program,
      content: { lookalike: miner, words: `${minerWords}\nold ways` },
      mode: 0o755,
      attributes: 'i',
    },
    {
      kind: 'file',
      path: '/etc/init.d/magic-db',
      content: {
        text: `#!/bin/sh\n### BEGIN INIT INFO\n# Provides: magic-db\n# Required-Start: $remote_fs\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop:\n# Short-Description: magic database\n### END INIT INFO\ncase "$1" in\n  start) ${program} -B ;;\nesac\n`,
      },
      mode: 0o755,
      attributes: 'i',
    },
    { kind: 'link', path: '/etc/rc2.d/S01magic-db', to: '../init.d/magic-db' },
    { kind: 'link', path: '/etc/rc3.d/S01magic-db', to: '../init.d/magic-db' },
    { kind: 'line', path: '/etc/inittab', text: `mg:2345:respawn:${program} -B` },
    {
      kind: 'line',
      path: '/etc/rc.local',
      text: `${program} -B >/dev/null 2>&1 &`,
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/var/spool/cron/atjobs/a0000201cbd2a4',
      content: {
        text: `#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 0\numask 22\ncd / || { exit 1; }\n${program} -B\necho "sh /var/spool/cron/atjobs/a0000201cbd2a4" | at now + 20 minutes\n`,
      },
      mode: 0o700,
    },
  ],
}
