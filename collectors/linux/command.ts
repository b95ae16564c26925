import { Buffer } from 'node:buffer'
import {
  downloaders,
  interpreterOf,
  keywords,
  linker,
  patternPrograms,
  shells,
  type Wrapper,
  wrappers,
} from './command-wrappers.ts'
import { decodeAnsi, type ShellPart, type ShellWord, shellParts } from './shell-text.ts'

/** Where a command line starts from. */
export interface CommandPlace {
  readonly home?: string | undefined
  readonly cwd?: string | undefined
  /** Directories in which a bare command name is assumed to lie. Leave out the system's own: no file is looked up. */
  readonly path?: readonly string[] | undefined
  /** Home of another account, for `~user`. */
  readonly homeOf?: ((user: string) => string | undefined) | undefined
}

const targetLimit = 64
const textLimit = 65_536
const depthLimit = 8

/**
 * Absolute paths of the files that a shell command line names, in their order: programs, scripts of interpreters,
 * arguments, redirections. Nothing is looked up or run, so a path may not exist. At most 64, from the first 64 KiB.
 */
export function commandTargets(command: string, at: CommandPlace = {}): string[] {
  return [...walk(command, at).targets]
}

/** URLs and `host:port` that a command line names, `/dev/tcp/HOST/PORT` and the hosts of download programs among them. */
export function downloadsFrom(command: string): string[] {
  return [...walk(command, {}).endpoints]
}

interface Walk {
  readonly targets: Set<string>
  readonly endpoints: Set<string>
  readonly place: CommandPlace
  readonly variables: Map<string, string>
  /** Several where `cd A || cd B` leaves it open. */
  directories: readonly string[]
  path: readonly string[]
  /** Characters that may still be read, nested texts counted again. */
  budget: number
}

function walk(command: string, place: CommandPlace): Walk {
  const directory = place.cwd ?? place.home
  const state: Walk = {
    targets: new Set(),
    endpoints: new Set(),
    place,
    variables: new Map(),
    directories: directory === undefined ? [] : [directory],
    path: place.path ?? [],
    budget: textLimit * 2,
  }
  if (place.home !== undefined) state.variables.set('HOME', place.home)
  const text = command.slice(0, textLimit)
  readText(state, text, 0)
  for (const url of text.matchAll(urlPattern)) addEndpoint(state, url[0])
  return state
}

function readText(state: Walk, text: string, depth: number): void {
  if (depth > depthLimit || state.budget <= 0) return
  state.budget -= text.length + 16
  const outer: (readonly string[])[] = []
  const lookup = (name: string) => (name === 'PWD' ? state.directories[0] : state.variables.get(name))
  for (const part of shellParts(text, lookup)) {
    if (part.kind === 'simple') readSimple(state, part, depth)
    else if (part.kind === 'nested') inSubshell(state, () => readText(state, part.text, depth + 1))
    else if (part.edge === 'open') outer.push(state.directories)
    else state.directories = outer.pop() ?? state.directories
  }
}

function inSubshell(state: Walk, read: () => void): void {
  const { directories } = state
  read()
  state.directories = directories
}

function readSimple(state: Walk, part: Extract<ShellPart, { kind: 'simple' }>, depth: number): void {
  const before = state.directories
  readCommand(state, part.words, part.before, depth)
  for (const { operator, word } of part.redirections) {
    const duplicated = operator.endsWith('&') && /^[\d-]/.test(word.text)
    if (!duplicated) for (const path of resolve(before, state.place, word)) addTarget(state, path)
  }
}

function readCommand(state: Walk, all: readonly ShellWord[], before: string, depth: number): void {
  if (depth > depthLimit) return
  const words = readAssignments(state, all)
  const [first, ...operands] = words
  if (first === undefined) return
  const name = first.text.slice(first.text.lastIndexOf('/') + 1)
  if (keywords.has(name)) {
    readCommand(state, operands, before, depth + 1)
    return
  }
  if (name === 'cd' || name === 'pushd') {
    changeDirectory(state, operands, before)
    return
  }
  if (/^(?:export|declare|local|readonly|typeset|alias)$/.test(name)) {
    readAssignments(state, operands)
    return
  }
  addProgram(state, first)
  if (name === 'chroot') addChrooted(state, operands)
  const wrapper = linker.test(name) ? linkerCall : Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
  const interpreter = interpreterOf(name)
  if (name === 'for' || name === 'case' || name === 'select') addOperands(state, '', operands, depth)
  else if (name === 'eval' || name === 'trap') readText(state, operands.map(word => word.text).join(' '), depth + 1)
  else if (name === '.' || name === 'source') addScript(state, operands[0])
  else if (name === 'su') readSwitchUser(state, operands, depth)
  else if (name === 'run-parts') addScript(state, operands.filter(word => !word.text.startsWith('-')).at(-1))
  else if (shells.test(name)) readShellCall(state, operands, depth)
  else if (wrapper !== undefined) readWrapped(state, wrapper, operands, depth)
  else if (name === 'java') readJava(state, operands)
  else if (interpreter !== undefined) readInterpreterCall(state, interpreter, operands)
  else addOperands(state, name, operands, depth)
}

const linkerCall: Wrapper = { valued: '', long: ['--library-path', '--argv0', '--preload'] }

/** Variables through which the linker and interpreters load a file. */
const loading =
  /^(?:LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|BASH_ENV|ENV|PYTHONSTARTUP|PYTHONPATH|PERL5LIB|NODE_OPTIONS|SHELL)$/

/** Takes `NAME=value` words from the front, learns them, and returns the rest. */
function readAssignments(state: Walk, words: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]
    const [, name, value = ''] = /^([A-Za-z_]\w{0,100})\+?=(.*)$/s.exec(word?.text ?? '') ?? []
    if (name === undefined) {
      if (word?.text.startsWith('-')) continue
      break
    }
    state.variables.set(name, value.slice(0, 4096))
    if (name === 'PATH') state.path = unusualDirectories(value)
    if (loading.test(name)) for (const path of value.split(/[:\s]+/)) addWord(state, path)
  }
  return words.slice(at)
}

const usualDirectory = /^\/(?:usr\/|usr\/local\/)?s?bin\/?$|^\/(?:usr\/(?:local\/)?games|snap\/bin)\/?$/

/** Directories of a PATH in which no distribution keeps its programs. */
export function unusualDirectories(path: string): string[] {
  return path
    .split(':')
    .filter(directory => directory.startsWith('/') && !usualDirectory.test(directory))
    .slice(0, 8)
}

function changeDirectory(state: Walk, operands: readonly ShellWord[], before: string): void {
  const word = operands.find(operand => !/^-[LPe]$|^--$/.test(operand.text))
  const found = word === undefined ? [state.place.home ?? ''] : resolve(state.directories, state.place, word)
  const reachable = found.filter(directory => directory !== '')
  state.directories = before === '||' ? [...new Set([...state.directories, ...reachable])].slice(0, 6) : reachable
}

function addProgram(state: Walk, word: ShellWord): void {
  if (word.text.includes('/') || word.text.startsWith('~')) {
    addWord(state, word.text, word.rooted)
    return
  }
  if (!word.rooted || !/^[\w.+@-]{1,64}$/.test(word.text)) return
  for (const directory of state.path) addTarget(state, `${directory}/${word.text}`)
}

/** A file that is read as a script: relative to the directory even without a slash. */
function addScript(state: Walk, word: ShellWord | undefined): void {
  if (word !== undefined && word.text !== '-') addWord(state, word.text, word.rooted, true)
}

function readShellCall(state: Walk, operands: readonly ShellWord[], depth: number): void {
  for (let at = 0; at < operands.length; at++) {
    const word = operands[at]
    if (word === undefined) return
    if (/^[-+][A-Za-z]*c[A-Za-z]*$/.test(word.text)) {
      const code = operands.slice(at + 1).find(operand => !/^[-+]\w/.test(operand.text))
      if (code !== undefined) inSubshell(state, () => readText(state, code.text, depth + 1))
      addOperands(state, '', operands.slice(at + 2), depth)
      return
    }
    if (/^(?:-[oO]|\+[oO]|--rcfile|--init-file)$/.test(word.text)) {
      if (word.text.startsWith('--')) addScript(state, operands[at + 1])
      at++
    } else if (word.text === '--' || /^[-+]./.test(word.text)) {
      addOperands(state, '', [word], depth)
    } else {
      addScript(state, word)
      addOperands(state, '', operands.slice(at + 1), depth)
      return
    }
  }
}

function readInterpreterCall(
  state: Walk,
  { valued, code }: { readonly valued: string; readonly code: string },
  operands: readonly ShellWord[],
): void {
  for (let at = 0; at < operands.length; at++) {
    const word = operands[at]
    if (word === undefined) return
    const letter = /^-[A-Za-z]*([A-Za-z])$/.exec(word.text)?.[1]
    if (letter !== undefined && code.includes(letter)) {
      addQuotedPaths(state, operands[at + 1]?.text ?? '')
      addOperands(state, '', operands.slice(at + 2), depthLimit)
      return
    }
    if (letter !== undefined && valued.includes(letter) && word.text.length === 2) {
      if (word.text === '-m') {
        addOperands(state, '', operands.slice(at + 2), depthLimit)
        return
      }
      addOperands(state, '', operands.slice(at + 1, at + 2), depthLimit)
      at++
    } else if (word.text.startsWith('-')) addOperands(state, '', [word], depthLimit)
    else {
      addScript(state, word)
      addOperands(state, '', operands.slice(at + 1), depthLimit)
      return
    }
  }
}

function readJava(state: Walk, operands: readonly ShellWord[]): void {
  for (const [at, word] of operands.entries()) {
    const agent = /^-(?:javaagent|agentpath):([^=]*)/.exec(word.text)?.[1]
    if (agent !== undefined) addWord(state, agent)
    if (operands[at - 1]?.text === '-jar') addScript(state, word)
  }
  addOperands(state, '', operands, depthLimit)
}

function readSwitchUser(state: Walk, operands: readonly ShellWord[], depth: number): void {
  const user = operands.find(word => !word.text.startsWith('-'))?.text ?? 'root'
  const home = homeOf(state.place, user)
  inSubshell(state, () => {
    if (home !== undefined && operands.some(word => /^(?:-|-l|--login)$/.test(word.text))) state.directories = [home]
    for (const [at, word] of operands.entries()) {
      const previous = operands[at - 1]?.text ?? ''
      const joined = /^--(?:session-)?command=(.*)$/s.exec(word.text)?.[1]
      if (/^(?:-\w*c|--command|--session-command)$/.test(previous)) readText(state, word.text, depth + 1)
      else if (joined !== undefined) readText(state, joined, depth + 1)
      else addOperands(state, '', [word], depthLimit)
    }
  })
}

function readWrapped(
  state: Walk,
  {
    valued,
    long = [],
    skip = 0,
  }: { readonly valued: string; readonly long?: readonly string[]; readonly skip?: number },
  operands: readonly ShellWord[],
  depth: number,
): void {
  let at = 0
  let left = skip
  for (; at < operands.length; at++) {
    const { text } = operands[at] ?? { text: '' }
    if (/^[A-Za-z_]\w*=/.test(text)) break
    if (!/^[-+]./.test(text)) {
      if (left-- <= 0) break
      addOperands(state, '', operands.slice(at, at + 1), depthLimit)
      continue
    }
    if (text === '--') continue
    addOperands(state, '', operands.slice(at, at + 1), depthLimit)
    const letter = /^-[A-Za-z]*([A-Za-z])$/.exec(text)?.[1] ?? ''
    const takesValue = long.includes(text) || (!text.startsWith('--') && letter !== '' && valued.includes(letter))
    if (!takesValue) continue
    at++
    const value = operands[at]
    if (value === undefined) return
    // `flock FILE -c COMMAND`, `env -S 'COMMAND'`, `exec -a NAME`: only what has a blank can be a command.
    addOperands(state, '', [value], letter === 'a' ? depthLimit : depth)
  }
  const rest = operands.slice(at)
  const only = rest[0]
  if (rest.length === 1 && only !== undefined && /\s/.test(only.text)) {
    readText(state, only.text, depth + 1)
    return
  }
  readCommand(state, rest, '', depth + 1)
}

function addChrooted(state: Walk, operands: readonly ShellWord[]): void {
  const [root, program] = operands.filter(word => !word.text.startsWith('-'))
  if (root?.text.startsWith('/') && program?.text.startsWith('/')) addTarget(state, root.text + program.text)
}

/** Program text of another language: only paths that stand in quotes of their own. */
function addQuotedPaths(state: Walk, code: string): void {
  for (const [, path = ''] of code.slice(0, textLimit).matchAll(/["']([/~][^"'\s]{1,1000})["']/g)) addWord(state, path)
  for (const [, inner = ''] of code
    .slice(0, textLimit)
    .matchAll(/(?:system|popen|exec\w*|run|call|qx)\s*[({]+\s*["']([^"']{1,2000})/g))
    inSubshell(state, () => readText(state, inner, depthLimit))
}

/** Words that are neither program nor script: those that are paths, or carry a command, a host or a path inside. */
function addOperands(state: Walk, name: string, operands: readonly ShellWord[], depth: number): void {
  const fetches = downloaders.test(name)
  let patternsLeft = patternPrograms.test(name) ? 1 : 0
  for (const [at, word] of operands.entries()) {
    const { text } = word
    if (patternsLeft > 0 && !text.startsWith('-')) {
      patternsLeft--
      if (name !== 'printf') continue
    }
    if (text.startsWith('+')) continue
    readEndpoint(state, text, operands[at + 1]?.text, name)
    const savedTo =
      fetches &&
      /^(?:-[oOPJ]|-[A-Za-z]*[oO]|--output(?:-document|-dir)?|--directory-prefix)$/.test(operands[at - 1]?.text ?? '')
    if (savedTo) {
      addWord(state, text, word.rooted, true)
      continue
    }
    if (fetches && !text.startsWith('-') && !/^[/~]/.test(text)) continue
    if (/\s/.test(text)) {
      if (depth < depthLimit) inSubshell(state, () => readText(state, embedded(name, operands, text), depth + 1))
      continue
    }
    readEncoded(state, text, depth)
    addWord(state, text, word.rooted)
  }
}

function embedded(name: string, operands: readonly ShellWord[], text: string): string {
  const escapes = name === 'printf' || (name === 'echo' && operands.some(word => /^-\w*e/.test(word.text)))
  return escapes ? decodeAnsi(text) : text
}

/** `echo BASE64 | base64 -d | sh`: what is hidden is named all the same. */
function readEncoded(state: Walk, text: string, depth: number): void {
  if (text.length < 20 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || !/[A-Z]/.test(text) || text.startsWith('/')) return
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  if (/^[\t\r\n\x20-\x7e]+$/.test(decoded)) inSubshell(state, () => readText(state, decoded, depth + 1))
}

/** Adds what one word names: a path, or the path behind `--option=`, `-o` and `name=`, or a list joined by colons. */
function addWord(state: Walk, text: string, rooted = true, script = false): void {
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

function resolve(
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

function homeOf(place: CommandPlace, user: string): string | undefined {
  if (place.homeOf !== undefined) return place.homeOf(user)
  return user === 'root' ? '/root' : `/home/${user}`
}

/** Devices that everybody writes to, and the names bash gives to sockets. */
const nowhere = /^\/(?:dev(?:\/(?:null|zero|full|u?random|std\w*|tty\w*|console|ptmx|fd|pts|tcp|udp)(?:\/.*)?)?)?$/

function addTarget(state: Walk, text: string): void {
  if (state.targets.size >= targetLimit || text.length > 4096) return
  const path = cleaned(text)
  const device = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(\w+)$/.exec(path)
  if (device !== null) addEndpoint(state, `${device[1]}:${device[2]}`)
  if (!nowhere.test(path)) state.targets.add(path)
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
const urlPattern = /\b[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s'"`|;<>(){}\\,]{1,500}/g
const hostPort = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/
const host = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24})(?::\d{1,5})?(?:[/?].{0,500})?$/

function readEndpoint(state: Walk, text: string, next: string | undefined, name: string): void {
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

function addEndpoint(state: Walk, text: string): void {
  const found = text.replace(/[.,;]+$/, '')
  if (state.endpoints.size >= targetLimit || found.length > 512) return
  if (!/^file:/i.test(found)) state.endpoints.add(found)
}
