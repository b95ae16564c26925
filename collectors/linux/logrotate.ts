import { commandsRun, shellLines } from './shell-lines.ts'

/** A line of a script in a logrotate configuration. */
export interface RotationCommand {
  readonly line: number
  readonly text: string
  readonly command: string
  /** `postrotate`, `prerotate` … */
  readonly section: string
}

const begins = /^\s*(prerotate|postrotate|firstaction|lastaction|preremove)\b/

/** Left-overs of packages and editors that logrotate(8) passes over, unless its configuration says otherwise. */
export function isPassedOver(name: string, configuration: string): boolean {
  if (/^\s*taboo(?:ext|pat)\b/m.test(configuration)) return false
  return /(?:\.(?:bak|cfsaved|disabled|dpkg-(?:bak|del|dist|new|old|tmp)|rpm(?:new|orig|save)|swp|ucf-(?:dist|new|old))|,v|~)$/.test(
    name,
  )
}

/** What the scripts of a logrotate(8) configuration run, and the programs of `compresscmd`, `uncompresscmd` and `mail`. */
export function logrotateCommands(text: string): RotationCommand[] {
  const found: RotationCommand[] = []
  const lines = text.split('\n', 20_000)
  for (let at = 0; at < lines.length; at++) {
    const raw = lines[at] ?? ''
    const [, program, path] = /^\s*((?:un)?compresscmd)\s+(\S{1,1000})/.exec(raw) ?? []
    if (program !== undefined && path !== undefined)
      found.push({ line: at + 1, text: raw, command: path, section: program })
    const section = begins.exec(raw)?.[1]
    if (section === undefined) continue
    const first = at + 1
    while (at + 1 < lines.length && !/^\s*endscript\b/.test(lines[at + 1] ?? '')) at++
    for (const { line, text: exact, joined } of shellLines(lines.slice(first, at + 1).join('\n'))) {
      if (commandsRun(joined).length > 0) found.push({ line: first + line, text: exact, command: joined, section })
    }
  }
  return found
}
