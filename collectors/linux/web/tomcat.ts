import type { Target } from '../../../target/index.ts'
import { glob, parentOf } from '../directory.ts'
import { addRoot, type Served, textOf } from './configuration.ts'

/** Bases of Tomcat: directories that hold `conf/server.xml`. */
export const tomcatBases = [
  '/var/lib/tomcat*',
  '/usr/share/tomcat*',
  '/opt/tomcat*',
  '/opt/apache-tomcat*',
  '/usr/local/tomcat*',
  '/usr/local/apache-tomcat*',
  '/www/server/tomcat*',
  '/srv/tomcat*',
  '/home/*/tomcat*',
  '/home/*/apache-tomcat*',
]

/** `appBase` of hosts and `docBase` of contexts (tomcat.apache.org, config/host and config/context). */
export function readTomcat(target: Target, base: string, served: Served): void {
  const main = `${base}/conf/server.xml`
  for (const path of [main, ...glob(target, `${base}/conf/*/*/*.xml`)]) {
    const text = textOf(target, path, served, 0)
    if (text === undefined) continue
    const code = withoutComments(text)
    let line = 1
    let counted = 0
    for (const { index, 1: name, 2: double, 3: single } of code.matchAll(
      /\b(appBase|docBase)\s*=\s*(?:"([^"]{1,4096})"|'([^']{1,4096})')/g,
    )) {
      for (; counted < index; counted++) if (code[counted] === '\n') line++
      const value = (double ?? single ?? '').replace(/^\$\{catalina\.(?:base|home)\}/, base)
      addRoot(served, value, name === 'docBase' ? `${base}/webapps` : base, `${path}:${line}`)
    }
  }
  // Without a word about it, Tomcat and Jetty serve this.
  if (target.files.stat(`${base}/webapps`)?.type === 'directory') addRoot(served, 'webapps', base, main)
}

/** The directory of a program that was started as `…/bin/NAME`. */
export function baseOfProgram(path: string): string {
  return parentOf(parentOf(path))
}

/** Comments of XML become blanks, so that lines keep their numbers; one that does not end takes the rest. */
function withoutComments(text: string): string {
  let code = ''
  let at = 0
  for (let open = text.indexOf('<!--'); open >= 0; open = text.indexOf('<!--', at)) {
    const close = text.indexOf('-->', open + 4)
    const end = close < 0 ? text.length : close + 3
    code += text.slice(at, open) + text.slice(open, end).replace(/[^\n]/g, ' ')
    at = end
  }
  return code + text.slice(at)
}
