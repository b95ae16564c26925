import type { Collector } from '../collector.ts'
import { directoriesIn, distinct, glob } from './directory.ts'
import { scriptFact, scriptsOf } from './script.ts'

/**
 * Services of runit(8), daemontools and s6: a directory with a `run` script that is restarted for ever. Enabled are those
 * that a directory which is scanned at boot holds or links to.
 */
export const runit: Collector = {
  name: 'runit',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    const running = new Map<string, string[]>()
    for (const path of scanned
      .flatMap(pattern => glob(target, pattern))
      .flatMap(folder => directoriesIn(target, folder))) {
      const real = target.files.realPath(path) ?? path
      running.set(real, [...(running.get(real) ?? []), path])
    }
    const stored = available.flatMap(pattern => glob(target, pattern)).flatMap(folder => directoriesIn(target, folder))
    for (const folder of distinct(target, [...stored, ...[...running.values()].flat()])) {
      const links = running.get(target.files.realPath(folder) ?? folder) ?? []
      for (const name of ['run', 'finish', 'log/run', 'up']) {
        const path = `${folder}/${name}`
        const stat = target.files.stat(path)
        if (stat?.type !== 'file') continue
        const given = {
          mechanism: 'runit' as const,
          path,
          name: folder.slice(folder.lastIndexOf('/') + 1),
          schedule: 'always',
        }
        const others = links.filter(link => link !== folder)
        yield scriptFact(survey, { ...given, enabled: links.length > 0, links: others, user: 'root' })
      }
    }
    for (const directories of [['/etc/cont-init.d'], ['/etc/s6/init'], ['/etc/runit/core-services']]) {
      yield* scriptsOf(survey, { mechanism: 'runit', directories, schedule: 'boot', user: 'root', runs: () => true })
    }
    for (const path of ['/etc/runit/1', '/etc/runit/2', '/etc/runit/3']) {
      if (target.files.stat(path)?.type === 'file')
        yield scriptFact(survey, { mechanism: 'runit', path, schedule: 'boot', user: 'root' })
    }
  },
}

const available = ['/etc/sv', '/etc/s6', '/etc/s6/sv', '/etc/s6-rc/source', '/usr/lib/sv', '/var/lib/supervise']
const scanned = [
  '/etc/service',
  '/service',
  '/var/service',
  '/etc/runit/runsvdir/*',
  '/etc/services.d',
  '/run/service',
  '/run/runit/service',
  '/etc/s6-overlay/s6-rc.d',
]
