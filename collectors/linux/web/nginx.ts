import type { Target } from '../../../target/index.ts'
import { parentOf } from '../directory.ts'
import { addRoot, directivesOf, included, type Served, textOf } from './configuration.ts'

export const nginxFiles = [
  '/etc/nginx/nginx.conf',
  '/usr/local/nginx/conf/nginx.conf',
  '/usr/local/etc/nginx/nginx.conf',
  '/usr/local/openresty/nginx/conf/nginx.conf',
  '/opt/nginx/conf/nginx.conf',
  '/etc/tengine/nginx.conf',
  '/www/server/nginx/conf/nginx.conf',
  '/www/server/panel/vhost/nginx/*.conf',
]

/** `root`, `alias` and `user` of nginx with everything that is included (nginx.org, ngx_http_core_module). */
export function readNginx(target: Target, path: string, served: Served, prefix = prefixOf(path)): void {
  readFile(target, path, { served, prefix, home: parentOf(path), depth: 0 })
}

interface Reading {
  readonly served: Served
  /** Where relative roots begin. */
  readonly prefix: string
  /** Where relative includes begin. */
  readonly home: string
  readonly depth: number
}

function readFile(target: Target, path: string, reading: Reading): void {
  const text = textOf(target, path, reading.served, reading.depth)
  if (text === undefined) return
  for (const { words, line } of directivesOf(text, ';')) {
    const [name, value] = words
    if (value === undefined) continue
    if (name === 'root' || name === 'alias') addRoot(reading.served, value, reading.prefix, `${path}:${line}`)
    else if (name === 'user') reading.served.users.add(value)
    else if (name === 'include')
      for (const other of included(target, value, reading.home))
        readFile(target, other, { ...reading, depth: reading.depth + 1 })
  }
}

/** As packages build it; whoever builds it keeps `conf` below the prefix. */
function prefixOf(path: string): string {
  return path.startsWith('/etc/') ? '/usr/share/nginx' : parentOf(parentOf(path))
}
