import { linesOf } from './host-lines.ts'

/** One setting of a git configuration, with its full name in lower case, such as `core.hookspath`. */
export interface GitSetting {
  readonly name: string
  readonly value: string
  readonly line: number
  readonly text: string
}

/** The settings of a git-config(1) text. */
export function gitSettings(text: string): GitSetting[] {
  const settings: GitSetting[] = []
  let section = ''
  for (const { line, text: exact, joined } of linesOf(text)) {
    let rest = joined.trim()
    const header = /^\[\s*([\w.-]{1,100})(?:\s+"((?:[^"\\]|\\.){0,500})")?\s*\]/.exec(rest)
    if (header) {
      section =
        header[2] === undefined ? (header[1] ?? '').toLowerCase() : `${(header[1] ?? '').toLowerCase()}.${header[2]}`
      rest = rest.slice(header[0].length).trim()
    }
    const [, key, value = ''] = /^([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/s.exec(rest.slice(0, 16_384)) ?? []
    if (key === undefined || section === '') continue
    settings.push({ name: `${section}.${key.toLowerCase()}`, value: gitValue(value), line, text: exact })
  }
  return settings
}

/** Quotes and escapes taken off, comments outside quotes cut. */
function gitValue(raw: string): string {
  let value = ''
  let quoted = false
  for (let at = 0; at < raw.length; at++) {
    const unit = raw[at] ?? ''
    if (unit === '\\') value += raw[++at] ?? ''
    else if (unit === '"') quoted = !quoted
    else if ((unit === '#' || unit === ';') && !quoted) break
    else value += unit
  }
  return value.trim()
}
