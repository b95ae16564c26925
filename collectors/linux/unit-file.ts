import { trimmedEnd } from './trim.ts'

/** One `Name=value` of a unit file. */
export interface UnitDirective {
  readonly section: string
  readonly name: string
  /** Continuation lines joined by one blank. */
  readonly value: string
  /** 1-based, of its first line. */
  readonly line: number
  /** Exactly as it is in the file; joined lines keep the line feeds between them. */
  readonly text: string
}

const mostLines = 20_000
const mostDirectives = 2_000

/** The directives of a unit or other configuration file of systemd (systemd.syntax(7)), in their order. Lines that are none are left out. */
export function parseUnit(text: string): UnitDirective[] {
  const lines = text.split('\n', mostLines)
  const directives: UnitDirective[] = []
  let section = ''
  for (let at = 0; at < lines.length && directives.length < mostDirectives; at++) {
    const first = at
    const content = trim(lines[at] ?? '')
    if (content === '' || /^[#;]/.test(content)) continue
    const [, header] = /^\[([^\]\n]{1,100})\]$/.exec(content) ?? []
    if (header !== undefined) {
      section = header
      continue
    }
    const parts: string[] = []
    let part = content
    while (part.endsWith('\\') && at + 1 < lines.length) {
      parts.push(part.slice(0, -1).trimEnd())
      at++
      // A comment between continued lines does not end them.
      while (at + 1 < lines.length && /^[ \t]*[#;]/.test(lines[at] ?? '')) at++
      part = trim(lines[at] ?? '')
    }
    parts.push(part)
    const joined = parts.join(' ')
    const equals = joined.indexOf('=')
    if (equals <= 0) continue
    const name = joined.slice(0, equals).trim()
    if (!/^[\w-]{1,100}$/.test(name)) continue
    directives.push({
      section,
      name,
      value: joined.slice(equals + 1).trim(),
      line: first + 1,
      text: lines.slice(first, at + 1).join('\n'),
    })
  }
  return directives
}

function trim(line: string): string {
  return trimmedEnd(line.replace(/^[ \t\r\f\v\0\ufeff]+/, ''), ' \t\r\f\v\0')
}

/** The command of an `Exec…=` value without the prefixes `@-:+!|` (systemd.service(5), COMMAND LINES). */
export function execCommand(value: string): string {
  return value.replace(/^[@\-:+!|\s]+/, '')
}

/** The `NAME=value` words of `Environment=`: blanks divide, quotes keep together. */
export function environmentWords(value: string): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = []
  const words = value.slice(0, 65_536).match(/(?:"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|[^\s"'])+/gs) ?? []
  for (const word of words.slice(0, 200)) {
    const plain = word.replace(
      /"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?/gs,
      (_, double, single) => double ?? single ?? '',
    )
    const [, name, said] = /^([A-Za-z_]\w{0,127})=(.*)$/s.exec(plain) ?? []
    if (name !== undefined) found.push({ name, value: said ?? '' })
  }
  return found
}

/** What the specifiers of systemd.unit(5) stand for in one unit. */
export interface Specifiers {
  readonly unit: string
  readonly instance?: string | undefined
  readonly user: string
  readonly home?: string | undefined
  /** `/run`, or `/run/user/UID`. */
  readonly runtime: string
}

/** Specifiers replaced where they are simple; others stay as they are. */
export function resolveSpecifiers(text: string, { unit, instance, user, home, runtime }: Specifiers): string {
  const stem = unit.replace(/\.\w+$/, '')
  const prefix = stem.replace(/@.*$/s, '')
  const config = runtime === '/run' ? '' : (home ?? '')
  const values: Readonly<Record<string, string | undefined>> = {
    '%': '%',
    n: unit,
    N: stem,
    p: prefix,
    P: unescapeName(prefix),
    j: prefix.slice(prefix.lastIndexOf('-') + 1),
    i: instance,
    I: instance && unescapeName(instance),
    f: unit.includes('@') && instance === undefined ? undefined : `/${unescapeName(instance ?? prefix)}`,
    h: home,
    u: user,
    t: runtime,
    T: '/tmp',
    V: '/var/tmp',
    S: config === '' ? '/var/lib' : `${config}/.local/state`,
    C: config === '' ? '/var/cache' : `${config}/.cache`,
    L: config === '' ? '/var/log' : `${config}/.local/state/log`,
    E: config === '' ? '/etc' : `${config}/.config`,
  }
  return text.replace(
    /%(.)/gs,
    (found, letter) => (Object.hasOwn(values, letter) ? values[letter] : undefined) ?? found,
  )
}

/** systemd-escape(1) undone: `-` is a slash, `\xNN` a byte. */
function unescapeName(name: string): string {
  return name
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
