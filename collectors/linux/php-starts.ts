import type { AutostartFact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { baseName, join, parentOf } from './directory.ts'
import { readLines } from './host-lines.ts'

/** In php.ini and .user.ini, pools of php-fpm, .htaccess and Apache, and what nginx hands over with a request. */
const pattern =
  /^\s*(?:php_(?:admin_)?value\s*\[?\s*|fastcgi_param\s+PHP_(?:ADMIN_)?VALUE\s+["']?(?:[^"'\n]{0,400}\\n)?)?(auto_prepend_file|auto_append_file|extension|zend_extension)\s*\]?\s*[=\s]\s*(.*?)\s*$/

/** What the lines of a file tell PHP to run besides each page (php.net, ini.core): files before and behind it, libraries from odd places. */
export function* phpStarts(survey: Survey, path: string): Generator<AutostartFact> {
  for (const { line, text, joined } of readLines(survey.target, path)) {
    const [, name, raw = ''] = pattern.exec(joined.slice(0, 4_096)) ?? []
    const value = raw.replace(/["']?\s*;\s*$/, '').replace(/^(["'])(.*)\1$/, '$2')
    if (name === undefined || value === '' || value === 'none') continue
    // Extensions are named without a directory as a rule.
    if (name.endsWith('extension') && !/^\/(?:tmp|var\/tmp|dev|run|home|root)\/|\/\./.test(value)) continue
    yield autostartFact(survey, {
      mechanism: 'web-start',
      path,
      line,
      text,
      name: `${baseName(path)} ${name}`,
      command: value,
      targets: targetsOf(survey, path, value),
      schedule: 'request',
    })
  }
}

/** A relative name means a file beside the page as a rule, which is where whoever wrote it put it. */
function targetsOf({ target }: Survey, path: string, value: string): string[] {
  if (value.startsWith('/')) return [value]
  const beside = target.files.realPath(join(parentOf(path), value))
  return beside === undefined ? [] : [beside]
}
