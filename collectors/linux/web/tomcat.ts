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
    const code = text.replace(/<!--[\s\S]*?-->/g, comment => comment.replace(/[^\n]/g, ' '))
    for (const { index, 1: name, 2: double, 3: single } of code.matchAll(
      /\b(appBase|docBase)\s*=\s*(?:"([^"]{1,4096})"|'([^']{1,4096})')/g,
    )) {
      const line = code.slice(0, index).split('\n').length
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
