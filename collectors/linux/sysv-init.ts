import type { AutostartFact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { directoriesIn, distinct, join } from './directory.ts'
import { isExecutable, scriptFact } from './script.ts'

/**
 * Scripts that init runs when the run level changes (init(8), insserv(8), OpenRC's runlevels): the script is the autostart, its
 * `S` links are `links`. A script nobody links to is not enabled; a link that leads out of init.d is an autostart of its own.
 */
export const sysvInit: Collector = {
  name: 'sysv-init',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('init scripts')
    const links = startLinks(survey)
    const seen = new Set<string>()
    for (const path of initScripts(survey)) {
      const real = survey.target.files.realPath(path) ?? path
      if (seen.has(real)) continue
      seen.add(real)
      yield initFact(survey, path, links.get(real) ?? [])
    }
    for (const [real, paths] of links) if (!seen.has(real)) yield* strayLinks(survey, paths)
  },
}

const scriptDirectories = ['/etc/init.d', '/etc/rc.d/init.d', '/etc/rc.d']
const levels = ['0', '1', '2', '3', '4', '5', '6', 'S']
const linkDirectories = levels.flatMap(level => [
  `/etc/rc${level}.d`,
  `/etc/rc.d/rc${level}.d`,
  `/etc/init.d/rc${level}.d`,
])

// These belong to rc-local.ts, or are parts of rc itself and run no matter what.
const notScripts =
  /^(?:README|skeleton|functions|rc\.local|rc\.sysinit|boot\.local|\.depend\..*|.*\.(?:dpkg-\w+|rpmsave|rpmnew))$/

function initScripts(survey: Survey): string[] {
  const { files } = survey.target
  const paths: string[] = []
  for (const directory of scriptDirectories) {
    for (const name of files.list(directory, 5_000) ?? []) {
      const path = join(directory, name)
      if (!notScripts.test(name) && files.stat(path)?.type === 'file') paths.push(path)
    }
  }
  return paths
}

function initFact(survey: Survey, path: string, links: readonly string[]): AutostartFact {
  const stat = survey.target.files.stat(path)
  const starts = links.filter(link => /\/S\d*[^/]*$|^\/etc\/runlevels\//.test(link))
  const enabled = starts.length > 0 && stat !== undefined && isExecutable('', stat)
  return scriptFact(survey, { mechanism: 'init-d', path, links, enabled, schedule: 'boot', user: 'root' })
}

/** Every link or file of the rc directories, by the file it leads to (or its own path when it leads nowhere). */
function startLinks(survey: Survey): Map<string, string[]> {
  const { files } = survey.target
  const links = new Map<string, string[]>()
  const runlevels = directoriesIn(survey.target, '/etc/runlevels')
  for (const directory of distinct(survey.target, [...linkDirectories, ...runlevels])) {
    const openRc = directory.startsWith('/etc/runlevels/')
    for (const name of files.list(directory, 5_000) ?? []) {
      if (!openRc && !/^[SK]/.test(name)) continue
      const path = join(directory, name)
      const type = files.lstat(path)?.type
      if (type !== 'symlink' && type !== 'file') continue
      const real = files.realPath(path) ?? path
      links.set(real, [...(links.get(real) ?? []), path])
    }
  }
  return links
}

function* strayLinks(survey: Survey, paths: readonly string[]): Generator<AutostartFact> {
  const [path, ...links] = paths.filter(link => !/\/K[^/]*$/.test(link))
  if (path === undefined) return
  const mechanism = path.startsWith('/etc/runlevels/') ? 'openrc' : 'init-d'
  const enabled = survey.target.files.stat(path)?.type === 'file'
  yield scriptFact(survey, { mechanism, path, links, enabled, schedule: 'boot', user: 'root' })
}
