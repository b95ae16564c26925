import type { ProcessFact } from '../../../model/index.ts'
import type { Target } from '../../../target/index.ts'
import { readApache } from './apache.ts'
import { readCaddy } from './caddy.ts'
import { addRoot, placeOf, type Served } from './configuration.ts'
import { readLighttpd } from './lighttpd.ts'
import { readNginx } from './nginx.ts'
import { readPhpPool } from './php-pools.ts'
import { baseOfProgram, readTomcat } from './tomcat.ts'

/** What a running server says on its command line: its configuration, its directory, or the pages themselves. */
export function readRunning(target: Target, process: ProcessFact, servedBy: (server: string) => Served): void {
  const { argv, name, command, cwd = '/', path = '' } = process
  const source = `pid ${process.pid}`
  const title = /^(nginx|php-fpm): master process \(?(.{0,4000})/.exec(command)
  // nginx and php-fpm write over their arguments: the whole of it is one word then.
  const words = title?.[1] === 'nginx' ? (title[2] ?? '').split(/\s+/) : argv
  const option = (...names: string[]) => optionOf(words, names)
  const at = (value: string | undefined) => (value === undefined ? undefined : placeOf(value, cwd))
  const program = /^(nginx|openresty|tengine|apache2|httpd|lighttpd|caddy|php-fpm|php|java|python)/.exec(
    name.toLowerCase(),
  )?.[1]
  switch (program) {
    case 'nginx':
    case 'openresty':
    case 'tengine': {
      const prefix = at(option('-p'))
      const file = option('-c')
      const main = file === undefined ? undefined : placeOf(file, prefix ?? '/usr/local/nginx')
      const built =
        prefix ?? (path.endsWith('/sbin/nginx') && !path.startsWith('/usr/sbin/') ? baseOfProgram(path) : undefined)
      const conf = main ?? (built === undefined ? undefined : `${built}/conf/nginx.conf`)
      if (conf !== undefined) readNginx(target, conf, servedBy('nginx'), prefix)
      return
    }
    case 'apache2':
    case 'httpd': {
      const base = at(option('-d'))
      const file = option('-f')
      const conf = file === undefined ? undefined : placeOf(file, base ?? '/etc/apache2')
      if (conf !== undefined) readApache(target, conf, servedBy('apache'), base)
      else if (base !== undefined) readApache(target, `${base}/conf/httpd.conf`, servedBy('apache'), base)
      return
    }
    case 'lighttpd': {
      const conf = at(option('-f'))
      if (conf !== undefined) readLighttpd(target, conf, servedBy('lighttpd'))
      return
    }
    case 'caddy': {
      const conf = at(option('--config', '-config', '--conf'))
      if (conf !== undefined) readCaddy(target, conf, servedBy('caddy'))
      if (words.includes('file-server')) addRoot(servedBy('caddy'), option('--root', '-r') ?? cwd, cwd, source)
      return
    }
    case 'php-fpm': {
      const conf = title?.[1] === 'php-fpm' ? title[2]?.replace(/\).*$/, '') : at(option('-y', '--fpm-config'))
      if (conf?.startsWith('/') === true) readPhpPool(target, conf, servedBy('php-fpm'))
      return
    }
    case 'php':
      if (option('-S') !== undefined) addRoot(servedBy('php'), option('-t') ?? cwd, cwd, source)
      return
    case 'python':
      if (words.includes('http.server')) addRoot(servedBy('python'), option('-d', '--directory') ?? cwd, cwd, source)
      return
    case 'java':
      for (const [, base = ''] of command.matchAll(/-D(?:catalina|jetty)\.(?:base|home)=(\/\S{1,1000})/g))
        readTomcat(target, base, servedBy('tomcat'))
      return
    default:
  }
}

/** The value of an option that stands alone, is joined by `=`, or (with one letter) is written together with it. */
function optionOf(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries())
    for (const name of names) {
      if (word === name) return words[index + 1]
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1)
      if (name.length === 2 && word.startsWith(name) && word.length > 2 && !word.startsWith('--')) return word.slice(2)
    }
  return undefined
}
