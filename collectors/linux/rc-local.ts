import type { Collector } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { distinct } from './directory.ts'
import { commandsRun, shellLines } from './shell-lines.ts'

/** The scripts that an administrator's own boot commands go into (rc.local(8), boot.local): one autostart for each line that runs something. */
export const rcLocal: Collector = {
  name: 'rc-local',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('rc.local')
    for (const path of distinct(survey.target, paths)) {
      const stat = survey.target.files.stat(path)
      if (stat?.type !== 'file') continue
      const enabled = (stat.mode & 0o111) !== 0
      for (const { line, text, joined } of shellLines(survey.target.files.text(path, 1 << 20) ?? '')) {
        if (commandsRun(joined).length === 0) continue
        yield autostartFact(survey, {
          mechanism: 'rc-local',
          path,
          line,
          text,
          command: joined,
          enabled,
          schedule: 'boot',
          user: 'root',
        })
      }
    }
  },
}

const paths = [
  ...[
    '/etc/rc.local',
    '/etc/rc.d/rc.local',
    '/etc/init.d/rc.local',
    '/etc/rc.sysinit',
    '/etc/rc.d/rc.sysinit',
    '/etc/rc.boot',
  ],
  ...[
    '/etc/boot.local',
    '/etc/init.d/boot.local',
    '/etc/rc.d/boot.local',
    '/etc/init.d/after.local',
    '/etc/rc.local.shutdown',
  ],
]
