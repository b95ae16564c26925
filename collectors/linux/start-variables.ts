import type { AutostartFact, Mechanism, PreloadFact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'

/** A variable where it is set. */
export interface Assignment {
  readonly mechanism: Mechanism
  readonly path: string
  readonly line: number
  readonly text: string
  readonly name: string
  readonly value: string
  readonly user?: string | undefined
  readonly home?: string | undefined
  readonly schedule?: string | undefined
  readonly oddities?: readonly string[] | undefined
}

/** How a variable makes programs run something: it holds a command, names a file, or holds options that may load one. */
const startVariables: Readonly<Record<string, 'command' | 'file' | 'options' | 'prompt'>> = {
  PROMPT_COMMAND: 'command',
  BASH_ENV: 'file',
  ENV: 'file',
  PS0: 'prompt',
  PS1: 'prompt',
  PS2: 'prompt',
  PS4: 'prompt',
  ZDOTDIR: 'file',
  NODE_OPTIONS: 'options',
  PERL5OPT: 'options',
  PERL5DB: 'command',
  PERL5LIB: 'file',
  PYTHONSTARTUP: 'file',
  PYTHONPATH: 'file',
  RUBYOPT: 'options',
  RUBYLIB: 'file',
  JAVA_TOOL_OPTIONS: 'options',
  _JAVA_OPTIONS: 'options',
  JDK_JAVA_OPTIONS: 'options',
  LESSOPEN: 'command',
  LESSCLOSE: 'command',
  GIT_SSH_COMMAND: 'command',
  GIT_SSH: 'file',
  GIT_EXTERNAL_DIFF: 'command',
  SUDO_ASKPASS: 'file',
  SSH_ASKPASS: 'file',
  GCONV_PATH: 'file',
  PHPRC: 'file',
  PHP_INI_SCAN_DIR: 'file',
}

/** What an assignment makes later programs load or run; nothing for all other variables. */
export function variableFacts(survey: Survey, given: Assignment): (AutostartFact | PreloadFact)[] {
  const { name, value } = given
  if (isPreloadVariable(name)) return preloadFacts(survey, name, value, given)
  if (name === 'PATH') return pathFacts(survey, given)
  const way = Object.hasOwn(startVariables, name) ? startVariables[name] : undefined
  if (way === undefined || value.trim() === '') return []
  if (way === 'prompt' && !/\$\(|`/.test(value)) return []
  const runs = way === 'command' || way === 'prompt'
  const targets = runs ? commandTargets(value, { home: given.home }) : pathsIn(value, given.home)
  return [fact(survey, given, runs ? value : '', targets)]
}

/** Directories that come before the usual ones in a PATH and that others than root may write, or that hide. */
export function oddPathEntries(survey: Survey, value: string, home: string | undefined): string[] {
  const entries = value.split(':').slice(0, 200)
  const usual = entries.findIndex(entry => /^(?:\$\{?PATH\b.*|(?:\/usr)?(?:\/local)?\/s?bin\/?)$/.test(entry))
  return entries.slice(0, usual < 0 ? undefined : usual).filter(entry => isOddDirectory(survey, entry, home))
}

function pathFacts(survey: Survey, given: Assignment): AutostartFact[] {
  const odd = oddPathEntries(survey, given.value, given.home)
  if (odd.length === 0) return []
  // A whole bin directory of a home is not something that a clean-up may take away, so it is named and no target.
  const targets = odd.filter(entry => entry.startsWith('/') && !(given.home && entry.startsWith(`${given.home}/`)))
  return [fact(survey, given, '', targets)]
}

function isOddDirectory(survey: Survey, entry: string, home: string | undefined): boolean {
  if (entry === '' || entry === '.' || /^(?:~|\$\{?HOME\b)/.test(entry)) return true
  if (entry.startsWith('$')) return false
  if (!entry.startsWith('/')) return true
  if (/^\/(?:tmp|var\/tmp|dev|run|var\/run|proc)(?:\/|$)/.test(entry) || /\/\.[^/]*(?:\/|$)/.test(entry)) return true
  if (home && entry.startsWith(`${home}/`)) return true
  const stat = survey.target.files.stat(entry)
  return stat !== undefined && (stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0
}

function fact(survey: Survey, given: Assignment, command: string, targets: readonly string[]): AutostartFact {
  return autostartFact(survey, {
    ...given,
    command,
    targets,
    settings: [`${given.name}=${given.value.slice(0, 1_024)}`],
  })
}

function pathsIn(value: string, home: string | undefined): string[] {
  const found: string[] = []
  for (const match of value.matchAll(/(?<![\w./-])(?:~|\$HOME|\$\{HOME\})?\/[^\s:;,'"]{1,500}/g)) {
    const path = match[0].replace(/^(?:~|\$HOME|\$\{HOME\})/, home ?? '')
    if (path !== '/' && !path.startsWith('//')) found.push(path)
    if (found.length >= 32) break
  }
  return found
}
