import type { Collector } from '../collector.ts'
import { isExecutable, scriptsOf } from './script.ts'

/** /etc/local.d of OpenRC: `*.start` runs at boot, `*.stop` at shutdown. Run levels are read with the init scripts (sysv-init.ts). */
export const openrc: Collector = {
  name: 'openrc',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    yield* scriptsOf(survey, {
      mechanism: 'openrc',
      directories: ['/etc/local.d'],
      schedule: 'boot',
      user: 'root',
      ignore: /^README/,
      runs: (name, stat) => /\.(?:start|stop)$/.test(name) && isExecutable(name, stat),
    })
  },
}
