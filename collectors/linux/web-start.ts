import type { AutostartFact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { baseName } from './directory.ts'
import { readLines } from './host-lines.ts'
import { phpStarts } from './php-starts.ts'
import { webPagesOf } from './web/web-pages.ts'
import { webTreeOf } from './web/web-tree.ts'

/**
 * What servers are told to run for each request to a folder: `auto_prepend_file` in .htaccess, .user.ini and the configurations of
 * sites, and handlers that run pictures and texts as programs. Nobody sees it in a page, and it is there again after the page was
 * mended.
 */
export const webStart: Collector = {
  name: 'web-start',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'second',
  *collect(survey) {
    survey.progress('what web servers run')
    const known = new Set(
      survey.facts('autostart').flatMap(one => (one.mechanism === 'web-start' ? [`${one.path}:${one.line}`] : [])),
    )
    const configurations = webTreeOf(survey).configurations.filter(path => !isStock(survey, path))
    for (const path of [...configurations, ...webPagesOf(survey).folderFiles]) {
      for (const one of phpStarts(survey, path)) if (!known.has(`${one.path}:${one.line}`)) yield one
      if (baseName(path) === '.htaccess') yield* handlersIn(survey, path)
    }
  },
}

/** Endings of what is looked at, and never of what is run. */
const shown = /\.?\b(?:jpe?g|png|gif|ico|bmp|webp|svg|txt|css|log|pdf|zip|docx?|mp[34])\b/i
const runsPhp =
  /^(?:application\/x-httpd-(?:php|ea-php|alt-php|lsphp)\S*|php\d*-(?:script|fcgi|cgi)|proxy:(?:unix:|fcgi:)\S*|cgi-script)$/i

/** `AddHandler`, `AddType` and `SetHandler` that hand pictures and texts to PHP (httpd.apache.org, mod_mime). */
function* handlersIn(survey: Survey, path: string): Generator<AutostartFact> {
  let files = ''
  for (const { line, text, joined } of readLines(survey.target, path)) {
    const code = joined.slice(0, 4_096).trim()
    const [, closing, section = ''] = /^<(\/?)(?:FilesMatch|Files)\b\s*([^>]*)>?/i.exec(code) ?? []
    if (closing !== undefined) files = closing === '' ? section : ''
    const [, name = '', handler = '', rest = ''] =
      /^(AddHandler|AddType|SetHandler|ForceType)\s+["']?([^\s"']+)["']?\s*(.*)$/i.exec(code) ?? []
    const what = /^Add/i.test(name) ? rest : files
    if (!runsPhp.test(handler) || !shown.test(what)) continue
    yield autostartFact(survey, {
      mechanism: 'web-start',
      path,
      line,
      text,
      name: `${baseName(path)} ${name}`,
      command: `${handler} ${what}`.trim(),
      targets: [],
      schedule: 'request',
      oddities: ['runs-pictures'],
    })
  }
}
