import type { Collector } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { baseName, distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'

/**
 * Commands that udev(7) rules run when a device appears, also at each boot: `RUN`, `PROGRAM`, `IMPORT{program}`. Rule files
 * that are as their package left them – hundreds of lines – are left out.
 */
export const udev: Collector = {
  name: 'udev',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('device rules')
    const { target } = survey
    const named = new Set<string>()
    for (const path of distinct(
      target,
      directories.flatMap(directory => glob(target, `${directory}/*.rules`)),
    )) {
      const overridden = named.has(baseName(path))
      named.add(baseName(path))
      if (target.files.stat(path)?.type !== 'file' || isStock(survey, path)) continue
      for (const { line, text, joined } of readLines(target, path)) {
        for (const { key, command } of udevCommands(joined)) {
          const oddities = overridden ? ['overridden'] : []
          // Without a slash the program lies in udev's own directory.
          const targets = commandTargets(command, { cwd: '/usr/lib/udev' })
          const program = command.split(/\s/, 1)[0] ?? ''
          if (program !== '' && !program.includes('/')) targets.unshift(`/usr/lib/udev/${program}`)
          yield autostartFact(survey, {
            mechanism: 'udev',
            path,
            line,
            text,
            command,
            targets,
            enabled: !overridden,
            oddities,
            settings: [key],
            schedule: 'device',
            user: 'root',
          })
        }
      }
    }
  },
}

/** In the order in which a file of one replaces that of the same name in a later one. */
const directories = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
]

const pattern = /\b(RUN(?:\{program\})?|PROGRAM|IMPORT\{program\})\s*(?:\+=|:=|==|!=|=)\s*e?"((?:[^"\\]|\\.)*)"/g

/** What a rule runs; builtins of udev are no programs. */
export function udevCommands(text: string): { key: string; command: string }[] {
  if (/^\s*#/.test(text)) return []
  const found: { key: string; command: string }[] = []
  for (const match of text.slice(0, 16_384).matchAll(pattern)) {
    const command = (match[2] ?? '').replaceAll('\\"', '"').trim()
    if (command !== '') found.push({ key: match[1] ?? '', command })
  }
  return found
}
