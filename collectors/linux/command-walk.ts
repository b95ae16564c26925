import { trimmedEnd } from './trim.ts'
import { downloaders } from './command-wrappers.ts'

/** Where a command line starts from. */
export interface CommandPlace {
  readonly home?: string | undefined
  readonly cwd?: string | undefined
  /** Directories in which a bare command name is assumed to lie. Leave out the system's own: no file is looked up. */
  readonly path?: readonly string[] | undefined
  /** Home of another account, for `~user`. */
  readonly homeOf?: ((user: string) => string | undefined) | undefined
}

export const targetLimit = 64
export const textLimit = 65_536
export const depthLimit = 8

/** What is known while one command line is read. */
export interface Walk {
  readonly targets: Set<string>
  readonly endpoints: Set<string>
  /** Those of the targets that are started, or are given to something that is no tool of the system. */
  readonly runs: Set<string>
  /** Programs called without a path. */
  readonly names: Set<string>
  /** Whether the command that is being read starts what it names. */
  running: boolean
  readonly place: CommandPlace
  readonly variables: Map<string, string>
  /** Several where `cd A || cd B` leaves it open. */
  directories: readonly string[]
  path: readonly string[]
  /** Characters that may still be read, nested texts counted again. */
  budget: number
  /** Reads a text that is a command line of its own. */
  readonly read: (text: string, depth: number) => void
}

/** Reads something that cannot change the directory of what follows. */
export function inSubshell(state: Walk, read: () => void): void {
  const { directories } = state
  read()
  state.directories = directories
}

const usualDirectory = /^\/(?:usr\/|usr\/local\/)?s?bin\/?$|^\/(?:usr\/(?:local\/)?games|snap\/bin)\/?$/

/** True for a program called by a path that leads to no tool of the system. */
export function isForeign(program: string): boolean {
  const at = program.lastIndexOf('/')
  return at >= 0 && !usualDirectory.test(program.slice(0, at))
}

/** Directories of a PATH in which no distribution keeps its programs. */
export function unusualDirectories(path: string): string[] {
  return path
    .split(':')
    .filter(directory => directory.startsWith('/') && !usualDirectory.test(directory))
    .slice(0, 8)
}

/** Adds what one word names: a path, or the path behind `--option=`, `-o` and `name=`, or a list joined by colons. */
export function addWord(state: Walk, text: string, rooted = true, script = false): void {
  if (text === '' || !rooted || text.length > 4096 || schemePattern.test(text)) return
  if (script) {
    for (const path of resolve(state.directories, state.place, { text, rooted })) addTarget(state, path)
    return
  }
  const inner = /^(?:-{1,2}[\w-]*=|-[A-Za-z]|[A-Za-z_][\w-]*=|@)(?=[/~])/.exec(text)?.[0]
  const path = inner === undefined ? text : text.slice(inner.length)
  if (!path.includes('/') && !path.startsWith('~')) return
  if (!/^[/~]/.test(path) && !/^[\w.@+,][\w.@+,=-]*(?:\/[\w.@+,=*?-]*)+$/.test(path)) return
  for (const piece of path.split(/:(?=[/~])/))
    for (const full of resolve(state.directories, state.place, { text: piece, rooted: true })) addTarget(state, full)
}

/** Absolute forms of a word: one for each directory that may be the present one. */
export function resolve(
  directories: readonly string[],
  place: CommandPlace,
  { text, rooted }: { readonly text: string; readonly rooted: boolean },
): string[] {
  if (!rooted || text === '' || schemePattern.test(text)) return []
  if (text.startsWith('/')) return [text]
  const [, user, rest = ''] = /^~([\w.-]*)(\/.*)?$/s.exec(text) ?? []
  if (user !== undefined) {
    const home = user === '' ? place.home : homeOf(place, user)
    return home === undefined ? [] : [home + rest]
  }
  return directories.map(directory => `${directory}/${text}`)
}

/** Home of another account; without a way to ask, where it usually is. */
export function homeOf(place: CommandPlace, user: string): string | undefined {
  if (place.homeOf !== undefined) return place.homeOf(user)
  return user === 'root' ? '/root' : `/home/${user}`
}

/** Devices that everybody writes to, and the names bash gives to sockets. */
const nowhere = /^\/(?:dev(?:\/(?:null|zero|full|u?random|std\w*|tty\w*|console|ptmx|fd|pts|tcp|udp)(?:\/.*)?)?)?$/

/** Adds one absolute path, unless it leads nowhere in particular. */
export function addTarget(state: Walk, text: string): void {
  if (state.targets.size >= targetLimit || text.length > 4096) return
  const path = cleaned(text)
  const device = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(\w+)$/.exec(path)
  if (device !== null) addEndpoint(state, `${device[1]}:${device[2]}`)
  if (nowhere.test(path)) return
  state.targets.add(path)
  if (state.running) state.runs.add(path)
}

/** Without `.`, `..` and doubled slashes, as the kernel would walk it where no link is on the way. */
function cleaned(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

const schemePattern = /^[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\//
const hostPort = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/
const host = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24})(?::\d{1,5})?(?:[/?].{0,500})?$/

/** Adds the address that a word of a command is, if it is one. */
export function readEndpoint(state: Walk, text: string, next: string | undefined, name: string): void {
  const value = text.replace(/^-{1,2}[\w-]+=|^-[A-Za-z](?=[\d[])/, '')
  if (schemePattern.test(value)) {
    addEndpoint(state, value)
    return
  }
  if (hostPort.test(value)) {
    addEndpoint(state, value)
    return
  }
  if (downloaders.test(name) && host.test(value)) {
    addEndpoint(state, value)
    return
  }
  if (/^(?:nc|ncat|netcat|telnet|nc\.\w+)$/.test(name) && host.test(value) && /^\d{1,5}$/.test(next ?? ''))
    addEndpoint(state, `${value}:${next}`)
}

/** Adds one address. */
export function addEndpoint(state: Walk, text: string): void {
  const found = trimmedEnd(text, '.,;$')
  if (state.endpoints.size >= targetLimit || found.length > 512) return
  if (!/^file:/i.test(found)) state.endpoints.add(found)
}
