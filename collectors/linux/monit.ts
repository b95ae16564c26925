import type { Collector } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'

/** Commands that monit(1) runs: `start program = "…"`, `exec "…"`, `check program … with path "…"`. */
export const monit: Collector = {
  name: 'monit',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    for (const path of distinct(
      target,
      places.flatMap(pattern => glob(target, pattern)),
    )) {
      if (target.files.stat(path)?.type !== 'file') continue
      let name: string | undefined
      for (const { line, text, joined } of readLines(target, path)) {
        if (/^\s*#/.test(joined)) continue
        name = /^\s*check\s+\w+\s+"?([^\s"]+)/i.exec(joined)?.[1] ?? name
        for (const command of monitCommands(joined)) {
          yield autostartFact(survey, {
            mechanism: 'monit',
            path,
            line,
            text,
            name,
            command,
            user: 'root',
            schedule: 'each cycle',
          })
        }
      }
    }
  },
}

const places = [
  ...['/etc/monitrc', '/etc/monit/monitrc', '/etc/monit.conf', '/root/.monitrc', '/usr/local/etc/monitrc'],
  ...['/etc/monit/conf.d/*', '/etc/monit/conf-enabled/*', '/etc/monit.d/*', '/etc/monit/monitrc.d/*'],
]

/** What a line of a monit control file runs. */
export function monitCommands(text: string): string[] {
  const commands: string[] = []
  const pattern =
    /\b(?:(?:start|stop|restart)(?:\s+program)?\s*=?\s*|exec\s+|check\s+program\s[^"]{1,300}?\bpath\s+)("[^"]{1,4000}"|'[^']{1,4000}'|\/\S{1,1000})/gi
  for (const match of text.slice(0, 8_192).matchAll(pattern))
    commands.push((match[1] ?? '').replace(/^(["'])(.*)\1$/s, '$2'))
  return commands
}
