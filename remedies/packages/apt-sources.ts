import type { WritableHost } from '../host.ts'
import { fieldsOf, paragraphsOf } from './control-file.ts'

/** A repository that the host takes packages from. */
export interface AptSource {
  /** How the names of its files in /var/lib/apt/lists begin. */
  readonly prefix: string
  /** Keyring files that alone may sign it; empty where the general ones may. */
  readonly keyrings: readonly string[]
  /** It names keys in another way, which is not trusted here. */
  readonly otherKeys: boolean
}

/** Sources of both forms (sources.list(5)). */
export function aptSources(host: WritableHost): AptSource[] {
  const folder = '/etc/apt/sources.list.d'
  const names = host.files.inspect(folder)?.type === 'directory' ? (host.files.list(folder) ?? []) : []
  return ['/etc/apt/sources.list', ...names.map(name => `${folder}/${name}`)].flatMap(path => {
    const text = host.files.inspect(path)?.type === 'file' ? host.files.read(path)?.toString('utf8') : undefined
    if (text === undefined) return []
    return path.endsWith('.sources') ? [...paragraphsOf(text)].flatMap(described) : text.split('\n').flatMap(listed)
  })
}

/** The name of a list file for a path below a repository, as apt makes it of a URI. */
export function listName(path: string): string {
  return path
    .replace(/[\\|{}[\]<>"^~_=!@#$%&*]/g, one => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll('/', '_')
}

function described(fields: ReadonlyMap<string, string>): AptSource[] {
  const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(word => word !== '')
  return words('uris').flatMap(uri => words('suites').map(suite => source(uri, suite, words('signed-by'))))
}

function listed(line: string): AptSource[] {
  const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line)
  if (found === null) return []
  const options = fieldsOf((found[1] ?? '').trim().replace(/\s+/g, '\n').replaceAll('=', ':'))
  const keys = (options.get('signed-by') ?? '').split(',').filter(word => word !== '')
  return [source(found[2] ?? '', found[3] ?? '', keys)]
}

function source(uri: string, suite: string, keys: readonly string[]): AptSource {
  const place = uri
    .replace(/^[a-z+]+:\/*/, '')
    .replace(/^[^/@]*@/, '')
    .replace(/\/+$/, '')
  const flat = suite.endsWith('/')
  const path = flat ? `${place}/${suite.replace(/^\.?\/+/, '')}` : `${place}/dists/${suite}/`
  const keyrings = keys.filter(key => key.startsWith('/'))
  return { prefix: listName(path), keyrings, otherKeys: keys.length > keyrings.length }
}
