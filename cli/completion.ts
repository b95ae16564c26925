import type { Command } from 'commander'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** One command as a shell has to know it. */
interface Entry {
  /** Words in front, such as `quarantine list`. */
  readonly path: string
  readonly description: string
  readonly words: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly { readonly long: string; readonly description: string; readonly takes: boolean }[]
}

/** Prints a completion script, made from the command tree itself. */
export function completionCommand(tree: Command, context: Context, shell: string): ExitCode {
  const make = makers[shell]
  if (make === undefined) throw new CommandError(`${shell} is unknown: there are bash, zsh and fish`)
  context.raw(make(entriesOf(tree)))
  return exitCodes.fine
}

/** The scripts of all shells, for packages. */
export function completionTexts(tree: Command): { readonly bash: string; readonly zsh: string; readonly fish: string } {
  const entries = entriesOf(tree)
  return { bash: bash(entries), zsh: zsh(entries), fish: fish(entries) }
}

const makers: Readonly<Record<string, (entries: readonly Entry[]) => string>> = { bash, zsh, fish }

function entriesOf(command: Command, path: readonly string[] = [], inherited: Entry['options'] = []): Entry[] {
  const own = command.options.filter(one => one.long !== undefined && one.long !== null)
  const options = [
    ...own.map(one => ({ long: one.long ?? '', description: one.description, takes: one.required || one.optional })),
    ...inherited,
  ]
  const words = command.commands.map(one => ({ name: one.name(), description: one.description() }))
  const entry = { path: path.join(' '), description: command.description(), words, options: [...options, help] }
  return [entry, ...command.commands.flatMap(one => entriesOf(one, [...path, one.name()], options))]
}

const help = { long: '--help', description: 'show what it does', takes: false }

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, words, options }) => {
    const offered = [...words.map(one => one.name), ...options.map(one => one.long)].join(' ')
    return `    '${path}') words='${offered}' ;;`
  })
  const groups = entries.filter(one => one.words.length > 0 && one.path !== '').map(one => one.path)
  return `# davylamp completion for bash: source this, or put it into /etc/bash_completion.d
_davylamp() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *)
        case $path in
          '') path=$word ;;
          ${groups.join('|') || "''"}) path="$path $word" ;;
        esac ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  case \${COMP_WORDS[COMP_CWORD-1]} in
    --root|--rules|--state|--out|--plan|--to|--key|--ca|--body|--heads|--certificate|--config|--passphrase-file|--auth) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _davylamp davylamp ./davylamp
`
}

function zsh(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, words, options }) => {
    const offered = [
      ...words.map(one => `${quote(`${one.name}:${one.description}`)}`),
      ...options.map(one => quote(`${one.long}:${one.description}`)),
    ]
    return `    ${quote(path)}) offered=(${offered.join(' ')}) ;;`
  })
  const groups = entries.filter(one => one.words.length > 0 && one.path !== '').map(one => one.path)
  return `#compdef davylamp
# davylamp completion for zsh: put it as _davylamp into a folder of $fpath
_davylamp() {
  local path_words='' word
  local -a offered
  for word in \${words[2,CURRENT-1]}; do
    case $word in
      -*) ;;
      *)
        case $path_words in
          '') path_words=$word ;;
          ${groups.join('|') || "''"}) path_words="$path_words $word" ;;
        esac ;;
    esac
  done
  case $path_words in
${cases.join('\n')}
  esac
  _describe 'davylamp' offered || _files
}
compdef _davylamp davylamp
`
}

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, words, options }) => {
    const [first, second] = path === '' ? [] : path.split(' ')
    const condition =
      first === undefined
        ? '__fish_use_subcommand'
        : second === undefined
          ? `__fish_seen_subcommand_from ${first}`
          : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`
    return [
      ...words.map(one => `complete -c davylamp -n '${condition}' -f -a ${one.name} -d ${quote(one.description)}`),
      ...options.map(
        one =>
          `complete -c davylamp -n '${condition}' -l ${one.long.slice(2)}${one.takes ? ' -r' : ''} -d ${quote(one.description)}`,
      ),
    ]
  })
  return `# davylamp completion for fish: put it into ~/.config/fish/completions/davylamp.fish\n${lines.join('\n')}\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
