import { displayBytes, type Target } from '../../target/index.ts'
import { join } from './directory.ts'
import { readLines } from './host-lines.ts'

/** One permission of sudoers(5): a user specification with its aliases resolved. */
export interface SudoRule {
  readonly path: string
  readonly line: number
  /** Exactly as it is in the file. */
  readonly text: string
  /** `name`, `%group`, `ALL`, `#uid`. */
  readonly users: readonly string[]
  readonly command: string
  readonly noPassword: boolean
}

const mostFiles = 200
const mostRules = 5000

/** The rules of /etc/sudoers and all it includes, in the order in which sudo reads them; the last that matches wins. */
export function readSudoRules(target: Target): SudoRule[] {
  const reading: Reading = { target, aliases: new Map(), rules: [], seen: new Set() }
  readFile(reading, '/etc/sudoers')
  readFile(reading, '/usr/local/etc/sudoers')
  // Left by somebody who counts on the package that would read it.
  readDirectory(reading, '/etc/sudoers.d')
  return reading.rules.map(rule => ({ ...rule, users: rule.users.flatMap(user => resolve(reading.aliases, user)) }))
}

interface Reading {
  readonly target: Target
  readonly aliases: Map<string, string[]>
  readonly rules: SudoRule[]
  readonly seen: Set<string>
}

function readFile(reading: Reading, path: string): void {
  const real = reading.target.files.realPath(path)
  if (real === undefined || reading.seen.has(real) || reading.seen.size >= mostFiles) return
  reading.seen.add(real)
  for (const { line, text, joined } of readLines(reading.target, path)) {
    const include = includeOf(joined)
    if (include)
      include.directory
        ? readDirectory(reading, absolute(include.path, path))
        : readFile(reading, absolute(include.path, path))
    else readLine(reading, { path, line, text, joined })
  }
}

/** sudo skips names with a dot or a tilde at the end, so that editors and packages may leave copies. */
function readDirectory(reading: Reading, directory: string): void {
  for (const name of reading.target.files.list(directory) ?? []) {
    if (!name.includes('.') && !name.endsWith('~')) readFile(reading, join(directory, name))
  }
}

function includeOf(line: string): { path: string; directory: boolean } | undefined {
  const match = /^\s*[@#]include(dir)?\s+(?:"([^"]*)"|((?:\\.|[^\s#])+))/.exec(line)
  if (!match) return undefined
  return { path: (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'), directory: match[1] !== undefined }
}

function absolute(path: string, from: string): string {
  return path.startsWith('/') ? path : join(from.slice(0, from.lastIndexOf('/')) || '/', path)
}

function readLine(
  { aliases, rules }: Reading,
  line: { path: string; line: number; text: string; joined: string },
): void {
  const bare = withoutComment(line.joined).replaceAll('\0', '').replace(/\s+/g, ' ').trim()
  if (bare === '' || bare.length > 65_536 || /^Defaults\b/.test(bare)) return
  const alias = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/.exec(bare)
  if (alias) return addAliases(aliases, alias[2] ?? '')
  const rule = parseSudoRule(bare)
  if (rule && rules.length < mostRules) rules.push({ path: line.path, line: line.line, text: line.text, ...rule })
}

/** `who host = (run as) TAG: command, command`; what follows a further host is kept in the command's text. */
export function parseSudoRule(line: string): Pick<SudoRule, 'users' | 'command' | 'noPassword'> | undefined {
  const equals = line.indexOf('=')
  const command = line.slice(equals + 1).trim()
  if (equals < 0 || command === '') return undefined
  const words = tidyList(line.slice(0, equals)).split(/\s+/)
  if (words.length < 2) return undefined
  const users = words.slice(0, -1).join(' ').split(',').slice(0, 500)
  // The tags hold for what follows; one command without a password is enough.
  return { users: users.filter(user => user !== '').map(unquoted), command, noPassword: /\bNOPASSWD ?:/.test(command) }
}

function tidyList(text: string): string {
  const members = text.split(',').map(member => member.trim())
  return members.join(',')
}

function unquoted(user: string): string {
  return user.startsWith('"') && user.endsWith('"') ? user.slice(1, -1) : user
}

function withoutComment(line: string): string {
  // `#1000` is a uid, and a quoted or escaped # is none.
  return line.replace(/(^|[^\\\w%:,(=])#(?!\d+\b).*$/, '$1')
}

function addAliases(aliases: Map<string, string[]>, text: string): void {
  for (const definition of text.split(/\s*:\s*(?=[A-Z]\w*\s*=)/)) {
    const [name, members] = definition.split(/\s*=\s*/, 2)
    if (name !== undefined && members !== undefined)
      aliases.set(
        name.trim(),
        members.split(',').map(member => member.trim()),
      )
  }
}

function resolve(aliases: ReadonlyMap<string, string[]>, user: string, depth = 0): string[] {
  const members = aliases.get(user)
  if (!members || depth > 5) return [displayBytes(user)]
  return members
    .slice(0, 100)
    .flatMap(member => resolve(aliases, member, depth + 1))
    .slice(0, 200)
}
