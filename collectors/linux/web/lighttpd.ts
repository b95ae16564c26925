import type { Target } from '../../../target/index.ts'
import { parentOf } from '../directory.ts'
import { linesOf } from '../host-lines.ts'
import { addRoot, included, type Served, textOf } from './configuration.ts'

export const lighttpdFiles = [
  '/etc/lighttpd/lighttpd.conf',
  '/usr/local/etc/lighttpd/lighttpd.conf',
  '/usr/local/lighttpd/etc/lighttpd.conf',
]

/** Document roots and aliases of lighttpd (redmine.lighttpd.net, Docs_ConfigurationOptions). What `include_shell` prints on Debian is read as files; nothing is run. */
export function readLighttpd(target: Target, path: string, served: Served): void {
  readFile(target, path, { served, variables: new Map(), home: parentOf(path) }, 0)
}

interface Reading {
  readonly served: Served
  readonly variables: Map<string, string>
  readonly home: string
}

function readFile(target: Target, path: string, reading: Reading, depth: number): void {
  const text = textOf(target, path, reading.served, depth)
  if (text === undefined) return
  const { served, variables, home } = reading
  let inAliases = false
  for (const { joined, line } of linesOf(text)) {
    const code = joined.slice(0, 8_192).replace(/^\s*#.*/, '')
    const [, key = '', right = ''] = /^\s*([\w.-]{1,80})\s*\+?=\s*(.*)$/.exec(code) ?? []
    if (key !== '') inAliases = key === 'alias.url'
    const value = textValue(right, variables)
    if (/^var\./.test(key) && variables.size < 1_000) variables.set(key, value)
    if (/^(?:server\.document-root|simple-vhost\.server-root|evhost\.path-pattern|userdir\.basepath)$/.test(key))
      addRoot(served, value, home, `${path}:${line}`)
    if (key === 'server.username') served.users.add(value)
    if (inAliases)
      for (const [, place = ''] of code.matchAll(/"[^"]{0,1000}"\s*=>\s*("[^"]{0,1000}"|[\w.]{1,80}[^,)]{0,1000})/g))
        addRoot(served, textValue(place, variables), home, `${path}:${line}`)
    if (inAliases && code.includes(')')) inAliases = false
    const shell = /^\s*include_shell\b/.test(code)
    const [, other] = /^\s*include\s+(.+)$/.exec(code) ?? []
    const named = shell ? 'conf-enabled/*.conf' : other === undefined ? undefined : textValue(other, variables)
    if (named !== undefined) for (const one of included(target, named, home)) readFile(target, one, reading, depth + 1)
  }
}

/** `var.basedir + "/htdocs"`. */
function textValue(text: string, variables: ReadonlyMap<string, string>): string {
  const pieces = [...text.matchAll(/"([^"]{0,4096})"|([\w.]{1,80})/g)].slice(0, 16)
  return pieces
    .map(([, quoted, name = '']) => quoted ?? variables.get(name) ?? variables.get(`var.${name}`) ?? '')
    .join('')
}
