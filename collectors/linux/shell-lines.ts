import { type ShellPart, shellParts } from './shell-text.ts'

/** A line of a shell start file that runs something, or changes what will be run. */
export interface ShellAction {
  readonly line: number
  /** The exact lines, with the line ends between them. */
  readonly text: string
  /** What the shell reads: joined and trimmed. */
  readonly joined: string
  readonly kind: 'run' | 'variable' | 'alias' | 'function' | 'trap'
  /** Of the variable, alias or function. */
  readonly name: string
  readonly value: string
}

/** One logical line: continuations, open quotes and open arrays joined; here-documents go with the line that reads them. */
export interface ShellLine {
  readonly line: number
  readonly text: string
  readonly joined: string
}

const mostLines = 20_000
const mostJoined = 60
const longestLine = 32_768

/** Every action of a start file, in its order: what a comment, a test or a plain assignment says is none. */
export function shellActions(text: string): ShellAction[] {
  return shellLines(text).flatMap(actionsOf)
}

/** The logical lines of a shell text that are neither empty nor a comment. */
export function shellLines(text: string): ShellLine[] {
  const raw = text.split('\n', mostLines)
  const lines: ShellLine[] = []
  for (let at = 0; at < raw.length; ) {
    const count = spanOf(raw, at)
    const pieces = raw.slice(at, at + count)
    const joined = pieces
      .map(piece => piece.replace(/\r$/, ''))
      .join('\n')
      .replaceAll('\\\n', '')
      .slice(0, longestLine)
      .trim()
    if (joined !== '' && !joined.startsWith('#')) lines.push({ line: at + 1, text: pieces.join('\n'), joined })
    at += count
  }
  return lines
}

/** Commands that a line runs beyond tests, assignments and settings of the shell itself; empty when it runs none. */
export function commandsRun(joined: string, depth = 0): string[][] {
  if (depth > 4) return [[joined]]
  const found: string[][] = []
  for (const part of shellParts(plainForm(joined), () => undefined)) {
    if (part.kind === 'subshell') continue
    if (part.kind === 'nested') found.push(...commandsRun(part.text, depth + 1))
    else {
      const words = commandWords(part)
      if (words.length > 0 && (!isHarmless(words) || writesFile(part))) found.push(words)
    }
  }
  return found
}

function actionsOf({ line, text, joined }: ShellLine): ShellAction[] {
  const action = (kind: ShellAction['kind'], name = '', value = ''): ShellAction => ({
    line,
    text,
    joined,
    kind,
    name,
    value,
  })
  const actions: ShellAction[] = []
  const defined = functionPattern.exec(joined)
  const name = defined?.[1] ?? defined?.[2]
  if (name !== undefined && disguisedNames.has(name)) actions.push(action('function', name, joined))
  for (const part of shellParts(plainForm(joined), () => undefined)) {
    if (part.kind !== 'simple') continue
    const words = afterKeywords(part.words.map(word => word.text))
    for (const [variable, value] of assignmentsOf(words)) actions.push(action('variable', variable, value))
    if (words[0] === 'alias') actions.push(...aliasesOf(words).map(([alias, value]) => action('alias', alias, value)))
    if (words[0] === 'trap' && words.some(word => /^(DEBUG|EXIT|ERR|RETURN|0)$/.test(word))) {
      actions.push(action('trap', words.at(-1) ?? '', words[1] ?? ''))
    }
  }
  if (commandsRun(joined).length > 0) actions.push(action('run', '', joined))
  return actions
}

/** How many lines from `at` belong together; one when what is open is never closed. */
function spanOf(raw: readonly string[], at: number): number {
  const first = raw[at] ?? ''
  const here = /<<-?\s*(["']?)([A-Za-z_][\w-]*)\1/.exec(first.replaceAll('<<<', ''))
  if (here && !/^\s*#/.test(first)) {
    const length = raw.slice(at + 1, at + 500).findIndex(text => text.trim() === here[2])
    if (length >= 0) return length + 2
  }
  let state = ''
  for (let count = 1; count <= mostJoined && at + count <= raw.length; count++) {
    state = openAfter(`${raw[at + count - 1] ?? ''}`.replace(/\r$/, ''), state)
    if (state === '') return count
  }
  return state === '\\' ? Math.min(mostJoined, raw.length - at) : 1
}

/** What a line leaves open: a quote, an array's `(`, a backslash at its end; empty when nothing. */
function openAfter(text: string, before: string): string {
  let quote = before === '\\' ? '' : before
  for (let at = 0; at < text.length; at++) {
    const unit = text[at] ?? ''
    if (unit === '\\' && quote !== "'") {
      if (at === text.length - 1) return quote === '' ? '\\' : quote
      at++
    } else if (quote === '(') quote = unit === ')' ? '' : quote
    else if (quote !== '') quote = unit === quote ? '' : quote
    else if (unit === "'" || unit === '"') quote = unit
    else if (unit === '#' && (at === 0 || /[\s;&|(]/.test(text[at - 1] ?? ''))) return ''
    else if (unit === '(' && /^\s*(?:\w+\s+)?\w+\+?=$/.test(text.slice(Math.max(0, at - 80), at))) quote = '('
  }
  return quote
}

/** The line without what only looks like commands: labels of `case`, conditions in `[[ ]]` and `(( ))`, arrays, function heads. */
function plainForm(joined: string): string {
  return joined
    .slice(0, longestLine)
    .replace(functionPattern, '')
    .replace(/^\(?[^\s()`$;&|'"]+(?:\s*\|\s*[^\s()`$;&|'"]+)*\)\s*/, '')
    .replace(/\[\[ [^`(\n]{0,500}? \]\]/g, ':')
    .replace(/(?<!\$)\(\([^`\n$]{0,500}?\)\)/g, ':')
    .replace(/(\w\+?=)\([^()`$]{0,4000}\)/g, '$1')
}

const functionPattern = /^(?:function\s+([\w.+:-]+)\s*(?:\(\s*\))?|([\w.+:-]+)\s*\(\s*\))\s*/

function commandWords(part: Extract<ShellPart, { kind: 'simple' }>): string[] {
  const words = afterKeywords(part.words.map(word => word.text))
  const first = words.findIndex(word => !assignment.test(word))
  return first < 0 ? [] : words.slice(first)
}

function afterKeywords(words: readonly string[]): string[] {
  let at = 0
  while (at < words.length && keywords.has(words[at] ?? '')) at++
  return words.slice(at)
}

const assignment = /^([A-Za-z_]\w*)\+?=([\s\S]*)$/

/** `NAME=value` words before a command or after `export`, `setenv NAME value`, fish's `set -gx NAME value`. */
function assignmentsOf(words: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  const declares = declarers.has(words[0] ?? '')
  for (const word of declares ? words.slice(1) : words) {
    const match = assignment.exec(word)
    if (match) found.push([match[1] ?? '', match[2] ?? ''])
    else if (!declares) break
  }
  if (words[0] === 'setenv' && words[1] !== undefined) found.push([words[1], words[2] ?? ''])
  if (words[0] === 'set' && /^-\w*x/.test(words[1] ?? '')) found.push([words[2] ?? '', words.slice(3).join(':')])
  if (words[0] === 'fish_add_path') found.push(['PATH', `${words.at(-1) ?? ''}:$PATH`])
  return found
}

/** Aliases that stand in the place of a command people trust. */
function aliasesOf(words: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (const word of words.slice(1)) {
    const match = /^([\w.+-]+)=([\s\S]*)$/.exec(word)
    if (match && disguisedNames.has(match[1] ?? '')) found.push([match[1] ?? '', match[2] ?? ''])
  }
  // csh and fish: alias NAME VALUE
  if (found.length === 0 && words.length > 2 && disguisedNames.has(words[1] ?? '')) {
    found.push([words[1] ?? '', words.slice(2).join(' ')])
  }
  return found.filter(([name, value]) => !isUsualAlias(name, value))
}

/** `ls='ls --color=auto'`, `rm='rm -i'`: the command itself with options. */
function isUsualAlias(name: string, value: string): boolean {
  return new RegExp(`^(?:command\\s+|/bin/|/usr/bin/)?${name.replace(/[.+]/g, '\\$&')}(?:\\s+-[\\w=,:-]+)*\\s*$`).test(
    value,
  )
}

function isHarmless(words: readonly string[]): boolean {
  const first = words[0] ?? ''
  if (first.startsWith('-') || first === '') return true
  if (first === 'command' || first === 'builtin') return words[1] === '-v' || words[1] === '-V'
  return harmless.has(first)
}

function writesFile(part: Extract<ShellPart, { kind: 'simple' }>): boolean {
  return part.redirections.some(
    ({ operator, word }) =>
      operator.includes('>') && !/^(?:\/dev\/(?:null|tty|std\w+)|&?\d|-)$/.test(word.text) && operator !== '>&',
  )
}

const list = (text: string): Set<string> => new Set(text.split(/\s+/))

const keywords = list('if then elif else fi do done while until time ! { } esac begin end endif and or not')
const declarers = list('export declare typeset local readonly env')

/** Builtins and readers of the system that start nothing that stays and change nothing but the shell. */
const harmless =
  list(`[ [[ : test true false return exit break continue shift shopt set unset export declare typeset local readonly
  umask ulimit bind complete compgen compopt compdef compinit autoload zstyle setopt unsetopt bindkey zmodload promptinit colors alias
  unalias hash type which fi done esac case in for foreach select end endif switch breaksw cd pushd popd echo printf print read history fc
  stty tset tput tty mesg id whoami hostname uname date basename dirname readlink cat grep egrep fgrep ls wc head tail cut tr sort
  setenv unsetenv limit unlimit set_color abbr status functions function string count contains fish_add_path dircolors lesspipe
  /usr/bin/id /usr/bin/tty /usr/bin/dircolors /usr/bin/whoami trap`)

/** Commands whose place an alias or function takes to hide something or to catch a password. */
const disguisedNames =
  list(`sudo su doas ssh scp sftp passwd login ls ps top htop pstree netstat ss lsof find rm mv cp cat kill killall
  pkill crontab systemctl service journalctl chattr lsattr chmod chown curl wget docker kubectl git vi vim nano less more who w last df du
  free uptime iptables nft exit logout cd which type history mount umount ip ifconfig apt yum dnf rpm dpkg`)
