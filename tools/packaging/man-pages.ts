import type { Command } from 'commander'
import { defaultConfig } from '../../cli/agent-config-path.ts'
import { examplesOf } from '../../cli/command-builder.ts'
import { defaultState } from '../../cli/default-state.ts'
import { exitCodeHelp } from '../../cli/exit-codes.ts'
import { keptVariables } from '../launch-settings.ts'
import { sourceDate } from '../source-date.ts'
import { agentSettings, agentYmlText } from '../../agent/agent-settings.ts'
import { shownCommands } from './described-commands.ts'
import { bold, item, plain, section, verbatim } from './troff.ts'

export interface ManPage {
  readonly name: string
  readonly section: 1 | 5 | 8
  readonly content: string
}

/** The pages of a package, from what `--help` says. Sections as man-pages(7) names them. */
export function manPages(tree: Command, version: string): ManPage[] {
  const page = (name: string, number: ManPage['section'], ...parts: readonly string[]): ManPage => {
    const day = new Date(sourceDate() * 1000).toISOString().slice(0, 10)
    const title = `.TH ${plain(name.toUpperCase())} ${number} ${day} "Davylamp ${version}" "Davylamp"`
    return { name, section: number, content: `${[title, ...parts].join('\n')}\n` }
  }
  return [
    page('davylamp', 1, ...programPage(tree)),
    page('davylamp-agent', 8, ...agentPage(tree)),
    page('agent.yml', 5, ...settingsPage()),
  ]
}

function programPage(tree: Command): string[] {
  return [
    section(
      'NAME',
      plain('davylamp - finds cryptominers on a Linux server, removes them and proves that they stay gone'),
    ),
    section('SYNOPSIS', `${bold('davylamp')} [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]`),
    section('DESCRIPTION', plain(tree.description()), plain(aboutScans)),
    section('OPTIONS', ...optionItems(tree), item(bold('-h, --help'), 'Say what a command does, with examples.')),
    section('COMMANDS', ...shownCommands(tree).flatMap(one => commandPart(one, ''))),
    section('EXIT STATUS', ...exitItems()),
    section('ENVIRONMENT', plain(aboutEnvironment)),
    section('FILES', ...fileItems),
    section('SEE ALSO', '.BR davylamp\\-agent (8),\n.BR agent.yml (5)'),
  ]
}

function agentPage(tree: Command): string[] {
  const agent = tree.commands.find(one => one.name() === 'agent')
  if (agent === undefined) throw new Error('there is no command agent')
  return [
    section('NAME', plain('davylamp-agent - the service of Davylamp on a host')),
    section(
      'SYNOPSIS',
      '.B systemctl\n.RI ( start | stop | reload | status )\n.B davylamp\\-agent',
      `${bold('davylamp agent')} \\fIcommand\\fR`,
    ),
    section('DESCRIPTION', plain(agent.description()), plain(aboutAgent)),
    section('COMMANDS', ...shownCommands(agent).flatMap(one => commandPart(one, 'agent '))),
    section('EXIT STATUS', ...exitItems()),
    section('FILES', ...fileItems),
    section('SEE ALSO', '.BR davylamp (1),\n.BR agent.yml (5),\n.BR systemctl (1),\n.BR journalctl (1)'),
  ]
}

function settingsPage(): string[] {
  return [
    section('NAME', plain('agent.yml - what the owner of a host lets the agent of Davylamp do')),
    section('SYNOPSIS', bold(defaultConfig)),
    section('DESCRIPTION', plain(aboutSettings)),
    section(
      'SETTINGS',
      ...agentSettings.map(({ path, says, example }) =>
        item(bold(path.join('.')), `${plain(says)} Example: ${bold(`${path.at(-1)}: ${example}`)}`),
      ),
    ),
    section('EXAMPLE', plain('The file as it is installed:'), verbatim(agentYmlText().trimEnd().split('\n'))),
    section('SEE ALSO', '.BR davylamp\\-agent (8),\n.BR davylamp (1)'),
  ]
}

/** A command, or those of a group one after another. */
function commandPart(command: Command, before: string): string[] {
  const name = `${before}${command.name()}`
  const below = shownCommands(command)
  const words = command
    .usage()
    .replace(/\[options\] ?|\[command\]/g, '')
    .trim()
  const examples = examplesOf(command)
  return [
    `.SS ${plain(`davylamp ${name}${words === '' || below.length > 0 ? '' : ` ${words}`}`)}`,
    plain(command.description()),
    ...optionItems(command),
    ...(examples.length === 0 ? [] : [verbatim(examples.map(one => `davylamp ${one}`))]),
    ...below.flatMap(one => commandPart(one, `${name} `)),
  ]
}

function optionItems(command: Command): string[] {
  return command.options
    .filter(one => !one.hidden)
    .map(one => {
      const usual = typeof one.defaultValue === 'string' ? ` (default: ${one.defaultValue})` : ''
      return item(bold(one.flags), plain(`${one.description}${usual}`))
    })
}

/** From the text of `--help`, whose long lines go on in the next. */
function exitItems(): string[] {
  const entries = exitCodeHelp
    .split('\n')
    .slice(1)
    .join('\n')
    .replace(/\n {6}/g, ' ')
    .split('\n')
  return entries.map(line => {
    const [, code = '', meaning = ''] = /^ *(\d+) +(.*)$/.exec(line) ?? []
    return item(bold(code), plain(meaning))
  })
}

const fileItems = [
  item(bold(defaultConfig), 'What the owner of the host lets the agent do.'),
  item(bold('/etc/davylamp/release-keys'), 'Keys whose releases may replace the program, one in a line.'),
  item(
    bold(defaultState),
    'Runs with their journals, quarantine with its key, identity and reports of the agent. Only root can read it.',
  ),
  item(bold('/usr/lib/davylamp'), 'The program with its own runtime, loader and libraries.'),
]

const aboutScans =
  'A scan reads what starts programs, processes, sockets, keys, accounts and files, and changes nothing. A clean-up shows its plan, asks, carries it out in an order in which nothing respawns, looks again and can be undone. Run it as root.'

const aboutEnvironment = `Of the environment only ${keptVariables.join(', ')} reach the program. Neither the preload list of the host nor LD_PRELOAD has any effect on it.`

const aboutAgent =
  'The agent scans on a schedule, reports to a center if there is one, and carries out what the center orders as far as agent.yml allows. It connects outward only and listens on nothing. It is started again whenever it ends. What it says is in the journal: journalctl -u davylamp-agent.'

const aboutSettings =
  'It can only tighten what a center asks. The file must belong to root and be writable by nobody else. A setting that is absent has its default. "davylamp agent check-config" names each mistake with its line; "systemctl reload davylamp-agent" takes changes over. Times of day are texts: quote them.'
