import { addOperands } from './command-operands.ts'
import {
  addTarget,
  addWord,
  depthLimit,
  homeOf,
  inSubshell,
  isForeign,
  resolve,
  textLimit,
  unusualDirectories,
  type Walk,
} from './command-walk.ts'
import { interpreterOf, keywords, linker, shells, type Wrapper, wrappers } from './command-wrappers.ts'
import type { ShellWord } from './shell-text.ts'

/** Adds what one simple command names, following it into wrappers, shells and interpreters. */
export function readCommand(state: Walk, all: readonly ShellWord[], before: string, depth: number): void {
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
  const { running } = state
  state.running = isForeign(first.text) || startsOthers(name)
  readOperands(state, name, first, operands, depth)
  state.running = running
}

/** Shells and interpreters start what they are given. */
function startsOthers(name: string): boolean {
  return (
    name === '.' || name === 'source' || name === 'run-parts' || shells.test(name) || interpreterOf(name) !== undefined
  )
}

function readOperands(
  state: Walk,
  name: string,
  first: ShellWord,
  operands: readonly ShellWord[],
  depth: number,
): void {
  addProgram(state, first)
  if (name === 'chroot') addChrooted(state, operands)
  const wrapper = linker.test(name) ? linkerCall : Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
  const interpreter = interpreterOf(name)
  if (name === 'for' || name === 'case' || name === 'select') addOperands(state, '', operands, depth)
  else if (name === 'eval' || name === 'trap') state.read(operands.map(word => word.text).join(' '), depth + 1)
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
  state.names.add(word.text)
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
      if (code !== undefined) inSubshell(state, () => state.read(code.text, depth + 1))
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
      if (/^(?:-\w*c|--command|--session-command)$/.test(previous)) state.read(word.text, depth + 1)
      else if (joined !== undefined) state.read(joined, depth + 1)
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
    state.read(only.text, depth + 1)
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
    inSubshell(state, () => state.read(inner, depthLimit))
}
