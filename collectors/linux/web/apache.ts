import type { Target } from '../../../target/index.ts'
import { parentOf } from '../directory.ts'
import { linesOf } from '../host-lines.ts'
import { addRoot, included, placeOf, type Served, textOf } from './configuration.ts'

export const apacheFiles = [
  '/etc/apache2/apache2.conf',
  '/etc/apache2/httpd.conf',
  '/etc/httpd/conf/httpd.conf',
  '/etc/httpd/httpd.conf',
  '/usr/local/apache2/conf/httpd.conf',
  '/usr/local/apache/conf/httpd.conf',
  '/usr/local/etc/apache24/httpd.conf',
  '/opt/lampp/etc/httpd.conf',
  '/www/server/apache/conf/httpd.conf',
  '/www/server/panel/vhost/apache/*.conf',
]

interface Reading {
  readonly served: Served
  /** `${NAME}` of `Define` and of /etc/apache2/envvars. */
  readonly defined: Map<string, string>
  /** Where relative paths begin: ServerRoot. */
  base: string
}

/** DocumentRoot, aliases and User of Apache with everything that is included (httpd.apache.org, core and mod_alias). */
export function readApache(target: Target, path: string, served: Served, base = baseOf(path)): void {
  const reading: Reading = { served, defined: variablesIn(target, `${parentOf(path)}/envvars`), base }
  readFile(target, path, reading, 0)
}

function readFile(target: Target, path: string, reading: Reading, depth: number): void {
  const text = textOf(target, path, reading.served, depth)
  if (text === undefined) return
  for (const { joined, line } of linesOf(text)) {
    const [, name = '', rest = ''] = /^\s*(\w{4,30})\s+(\S.*)$/.exec(joined.slice(0, 8_192)) ?? []
    const values = valuesOf(rest, reading.defined)
    apply(target, { name: name.toLowerCase(), values, source: `${path}:${line}` }, reading, depth)
  }
}

function apply(
  target: Target,
  { name, values, source }: { name: string; values: readonly string[]; source: string },
  reading: Reading,
  depth: number,
): void {
  const { served, base, defined } = reading
  const [first, second] = values
  if (first === undefined) return
  switch (name) {
    case 'serverroot':
      reading.base = placeOf(first, base) ?? base
      return
    case 'define':
      if (second !== undefined && defined.size < 1_000) defined.set(first, second)
      return
    case 'documentroot':
    case 'virtualdocumentroot':
    case 'virtualscriptalias':
      return addRoot(served, first, base, source)
    case 'alias':
    case 'scriptalias':
      if (second !== undefined) addRoot(served, second, base, source)
      return
    case 'user':
    case 'suexecusergroup':
    case 'assignuserid':
      served.users.add(first)
      return
    case 'include':
    case 'includeoptional':
      for (const path of included(target, first, base)) readFile(target, path, reading, depth + 1)
      return
  }
}

function valuesOf(text: string, defined: ReadonlyMap<string, string>): string[] {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].slice(0, 8)
  return words.map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? '')
      .replace(/\$\{(\w{1,100})\}/g, (whole, name: string) => defined.get(name) ?? whole)
      .slice(0, 4_096),
  )
}

/** `export NAME=value` of the file that starts Debian's Apache. */
function variablesIn(target: Target, path: string): Map<string, string> {
  const text = target.files.stat(path)?.type === 'file' ? (target.files.text(path, 65_536) ?? '') : ''
  const lines = text.matchAll(/^\s*export\s+(\w{1,100})=["']?([^\s"'$]{1,1000})["']?\s*$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}

function baseOf(path: string): string {
  const folder = parentOf(path)
  return folder.endsWith('/conf') ? parentOf(folder) : folder
}
