import type { Collector } from '../collector.ts'
import { scriptsOf } from './script.ts'

/** Scripts that pam_motd(8) runs as root whenever somebody logs in. */
export const motd: Collector = {
  name: 'motd',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    yield* scriptsOf(survey, {
      mechanism: 'motd',
      directories: ['/etc/update-motd.d', '/usr/lib/update-motd.d'],
      schedule: 'login',
      user: 'root',
      ignore: /^README/,
    })
  },
}
