import type { WebRootFact } from '../../../model/index.ts'
import { displayBytes, exactBytes } from '../../../target/index.ts'
import type { Survey } from '../../collector.ts'
import { glob } from '../directory.ts'
import { readJson, objectOf } from '../json-text.ts'
import { apacheFiles, readApache } from './apache.ts'
import { caddyFiles, caddyKept, readCaddy } from './caddy.ts'
import { nothingServed, type Served } from './configuration.ts'
import { layerRoots, mountedRoots } from './container-roots.ts'
import { lighttpdFiles, readLighttpd } from './lighttpd.ts'
import { nginxFiles, readNginx } from './nginx.ts'
import { phpPoolFiles, readPhpPool } from './php-pools.ts'
import { readRunning } from './running-servers.ts'
import { readTomcat, tomcatBases } from './tomcat.ts'
import { usualRoots } from './usual-roots.ts'

/** What web servers of a host serve. Paths are in the form of `decodeBytes`, without links. */
export interface WebTree {
  readonly roots: readonly WebRootFact[]
  /** Of each root its path and whether its files are to be gone through: of `/` or `/usr` they are not. */
  readonly places: readonly { readonly path: string; readonly walk: boolean }[]
  /** Accounts as whom pages run. */
  readonly users: readonly string[]
  /** Files of configurations in which something may be told to PHP. */
  readonly configurations: readonly string[]
}

const mostRoots = 500
const remembered = new WeakMap<Survey, WebTree>()

/** Found once a scan, for all who ask. */
export function webTreeOf(survey: Survey): WebTree {
  const known = remembered.get(survey) ?? readTree(survey)
  remembered.set(survey, known)
  return known
}

function readTree(survey: Survey): WebTree {
  const { target } = survey
  const byServer = new Map<string, Served>()
  const servedBy = (server: string): Served => {
    const served = byServer.get(server) ?? nothingServed()
    byServer.set(server, served)
    return served
  }
  const each = (patterns: readonly string[], use: (path: string) => void) => {
    for (const path of patterns.flatMap(pattern => glob(target, pattern))) use(path)
  }
  each(nginxFiles, path => readNginx(target, path, servedBy('nginx')))
  each(apacheFiles, path => readApache(target, path, servedBy('apache')))
  each(lighttpdFiles, path => readLighttpd(target, path, servedBy('lighttpd')))
  each([...caddyFiles, ...caddyKept], path => readCaddy(target, path, servedBy('caddy')))
  each(tomcatBases, path => readTomcat(target, path, servedBy('tomcat')))
  each(phpPoolFiles, path => readPhpPool(target, path, servedBy('php-fpm')))
  each(['/var/cpanel/userdata/*/*'], path => readCpanel(survey, path, servedBy('cpanel')))
  const containers = survey.facts('container').flatMap(mountedRoots)
  for (const process of survey.facts('process')) {
    // A configuration of a container speaks of the container's own root.
    if (process.container !== undefined) {
      if (webServer.test(process.name)) containers.push(...layerRoots(target, process))
    } else if (process.rootDirectory === undefined && process.privateMount === undefined)
      readRunning(target, process, servedBy)
  }
  const roots = new Map<string, WebRootFact>()
  for (const [server, { roots: named, users }] of byServer)
    for (const [path, sources] of named)
      for (const source of sources) add(survey, roots, { path, server, source, users })
  for (const { path, container } of containers)
    add(survey, roots, { path, server: 'container', source: container, container })
  for (const path of usualRoots.flatMap(pattern => glob(target, pattern)))
    add(survey, roots, { path, source: 'usual place' })
  if (roots.size >= mostRoots)
    target.addGap({ what: 'web roots', why: `more than ${mostRoots}, the rest was not looked at` })
  return {
    roots: [...roots.values()],
    places: [...roots.keys()].map(path => ({ path, walk: !tooWide.test(path) })),
    users: [...new Set([...byServer.values()].flatMap(({ users }) => [...users]))],
    configurations: [
      ...new Set(['nginx', 'apache', 'php-fpm'].flatMap(server => [...(byServer.get(server)?.read ?? [])])),
    ],
  }
}

const webServer = /^(?:nginx|apache2|httpd|lighttpd|caddy|php-fpm|php|java|litespeed|openlitespeed)/

/** Whoever serves these serves the whole system, of which pages are no part. Paths without links. */
export const tooWide =
  /^\/(?:$|(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)$|(?:proc|sys|dev)\/|usr\/(?:bin|sbin|lib\d*|local|share|src|include)$|var\/(?:lib|log|cache|spool|tmp)$|var\/lib\/(?:docker|containerd)$|home\/[^/]+$)/

function add(
  { target }: Survey,
  roots: Map<string, WebRootFact>,
  seen: {
    readonly path: string
    readonly server?: string
    readonly source: string
    readonly users?: ReadonlySet<string>
    readonly container?: string
  },
): void {
  const path = target.files.realPath(seen.path)
  if (path === undefined || target.files.stat(path)?.type !== 'directory') return
  const known = roots.get(path)
  if (known === undefined && roots.size >= mostRoots) return
  const pathBytes = exactBytes(path)
  const fact = known ?? {
    kind: 'web-root' as const,
    path: displayBytes(path),
    ...(pathBytes === undefined ? {} : { pathBytes }),
    servers: [],
    seenIn: [],
    users: [],
    ...(seen.container === undefined ? {} : { container: displayBytes(seen.container) }),
  }
  const together = (all: readonly string[], more: readonly (string | undefined)[]) =>
    [...new Set([...all, ...more.filter(one => one !== undefined).map(displayBytes)])].slice(0, 10)
  roots.set(path, {
    ...fact,
    servers: together(fact.servers, [seen.server]),
    seenIn: together(fact.seenIn, [seen.source]),
    users: together(fact.users, [...(seen.users ?? [])]),
  })
}

/** `documentroot: /home/NAME/public_html/shop` and `user: NAME`, in YAML or JSON, as cPanel keeps them. */
function readCpanel({ target }: Survey, path: string, served: Served): void {
  if (served.read.size >= 5_000 || path.endsWith('.cache')) return
  const text = target.files.stat(path)?.type === 'file' ? (target.files.text(path, 262_144) ?? '') : ''
  served.read.add(path)
  const keys = text.startsWith('{') ? objectOf(readJson(target, path, 262_144)) : {}
  const root = keys['documentroot'] ?? /^documentroot:\s*["']?(\/[^"'\n]{1,4000}?)["']?\s*$/m.exec(text)?.[1]
  const user = keys['user'] ?? /^user:\s*["']?([\w.-]{1,64})["']?\s*$/m.exec(text)?.[1]
  if (typeof root === 'string') served.roots.set(root, [path])
  if (typeof user === 'string') served.users.add(user)
}
