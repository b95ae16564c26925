import type { Collector } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { readLines } from './host-lines.ts'

/** Lines of inittab(5), `id:runlevels:action:process`; busybox's init leaves the run levels empty. `respawn` brings a process back at once. */
export const inittab: Collector = {
  name: 'inittab',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const path = '/etc/inittab'
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const entry = parseInittabLine(joined)
      if (!entry) continue
      const { id, levels, action, command } = entry
      const settings = [`action=${action}`, `runlevels=${levels}`]
      const enabled = action !== 'off'
      const common = { mechanism: 'inittab' as const, path, line, text, name: id, command, user: 'root' }
      yield autostartFact(survey, { ...common, schedule: action, enabled, settings })
    }
  },
}

export interface InittabEntry {
  readonly id: string
  readonly levels: string
  readonly action: string
  readonly command: string
}

/** One line; a `+` before the process (no utmp entry) is taken off. Actions that start nothing are no entry. */
export function parseInittabLine(text: string): InittabEntry | undefined {
  if (/^\s*#/.test(text)) return undefined
  const [, id = '', levels = '', action = '', process = ''] =
    /^\s*([^:]{0,64}):([^:]{0,64}):([^:]{1,32}):(.*)$/s.exec(text) ?? []
  const command = process.trim().replace(/^\+/, '').trim()
  if (command === '' || action.trim() === 'initdefault') return undefined
  return { id: id.trim(), levels: levels.trim(), action: action.trim().toLowerCase(), command }
}
