import type { Collector } from '../collector.ts'
import { webTreeOf } from './web/web-tree.ts'

/**
 * Directories whose files web servers hand out or run, as the configurations of nginx, Apache, lighttpd, Caddy, Tomcat, PHP and
 * of panels say, command lines of running servers, mounts of containers, and usual places. Whoever breaks into an application
 * leaves the door for the next visit there.
 */
export const webRoots: Collector = {
  name: 'web-roots',
  collects: ['web-root'],
  os: ['linux'],
  stage: 'second',
  *collect(survey) {
    survey.progress('web roots')
    yield* webTreeOf(survey).roots
  },
}
