import { readCommand } from './command-call.ts'
import {
  addEndpoint,
  addTarget,
  type CommandPlace,
  depthLimit,
  inSubshell,
  resolve,
  targetLimit,
  textLimit,
  type Walk,
} from './command-walk.ts'
import { type ShellPart, shellParts } from './shell-text.ts'

export { type CommandPlace, unusualDirectories } from './command-walk.ts'

/**
 * Absolute paths of the files that a shell command line names, in their order: programs, scripts of interpreters,
 * arguments, redirections. Nothing is looked up or run, so a path may not exist. At most 64, from the first 64 KiB.
 */
export function commandTargets(command: string, at: CommandPlace = {}): string[] {
  return [...walk(command, at).targets]
}

/** Those of them that are started, or given to a program that is no tool of the system: what `rm` or `ls` names is not. */
export function commandRuns(command: string, at: CommandPlace = {}): string[] {
  return [...walk(command, at).runs]
}

/** Programs that a command line calls without saying where they lie. */
export function commandNames(command: string): string[] {
  return [...walk(command, {}).names].slice(0, targetLimit)
}

/** URLs and `host:port` that a command line names, `/dev/tcp/HOST/PORT` and the hosts of download programs among them. */
export function downloadsFrom(command: string): string[] {
  return [...walk(command, {}).endpoints]
}

const urlPattern = /\b[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s'"`|;<>(){}\\,]{1,500}/g

function walk(command: string, place: CommandPlace): Walk {
  const directory = place.cwd ?? place.home
  const state: Walk = {
    targets: new Set(),
    endpoints: new Set(),
    runs: new Set(),
    names: new Set(),
    running: false,
    place,
    variables: new Map(),
    directories: directory === undefined ? [] : [directory],
    path: place.path ?? [],
    budget: textLimit * 2,
    read: (text, depth) => readText(state, text, depth),
  }
  if (place.home !== undefined) state.variables.set('HOME', place.home)
  const text = command.slice(0, textLimit)
  readText(state, text, 0)
  // Whatever the words were taken for: a URL in the program text of another language is named too.
  for (const [url] of text.matchAll(urlPattern))
    if (![...state.endpoints].some(known => known.startsWith(url.replace(/\$$/, '')))) addEndpoint(state, url)
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

function readSimple(state: Walk, part: Extract<ShellPart, { kind: 'simple' }>, depth: number): void {
  const before = state.directories
  readCommand(state, part.words, part.before, depth)
  for (const { operator, word } of part.redirections) {
    const duplicated = operator.endsWith('&') && /^[\d-]/.test(word.text)
    if (!duplicated) for (const path of resolve(before, state.place, word)) addTarget(state, path)
  }
}
