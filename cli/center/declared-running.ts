import type { Command } from 'commander'
import { addCommand, type Outcome, wholeNumber } from '../command-builder.ts'
import { againstCenter, forOption, groupOfCommands, listOptions, yesOption } from './declared-options.ts'
import { peopleCommands } from './declared-people.ts'

/** Letting hosts and people in, telling people, and looking after the center from outside. */
export function runningCommands(tree: Command, outcome: Outcome): void {
  enrolCommands(
    groupOfCommands(tree, 'enrol', 'Let hosts join the center (agent join: what they run).', 'waiting'),
    outcome,
  )
  peopleCommands(tree, outcome)
  settingsCommands(
    groupOfCommands(tree, 'settings', 'What holds for all orders: which of them wait for a second person.', 'show'),
    outcome,
  )
  exportCommands(groupOfCommands(tree, 'exports', 'Where alerts are exported to (SIEM).', 'list'), outcome)
  otherCommands(tree, outcome)
}

function enrolCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'token',
    description: 'Make a token with which hosts join, and print what to run there. It is shown once.',
    options: command =>
      forOption(command, 'how long it is good (default 24h)')
        .option('--group <name>', 'the group that they join (default: the uppermost)')
        .option('--uses <number>', 'how many hosts may join with it (default 1)', wholeNumber)
        .option('--needs-approval', 'somebody lets each of them in')
        .option('--tags <list>', 'tags that they get, with commas')
        .option('--name <text>', 'what it is for'),
    examples: ['enrol token', 'enrol token --group shop --uses 20 --for 8h'],
    load: async () => (await import('./enrol.ts')).tokenCommand,
  })
  addCommand(group, outcome, {
    usage: 'tokens',
    description: 'List tokens that let hosts in.',
    options: command => listOptions(command).option('--every-token', 'used up, expired and revoked ones too'),
    examples: ['enrol tokens'],
    load: async () => (await import('./enrol.ts')).tokensCommand,
  })
  addCommand(group, outcome, {
    usage: 'revoke <token>',
    description: 'Let no host in with a token any more. Those that joined with it stay.',
    examples: ['enrol revoke 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./enrol.ts')).revokeTokenCommand,
  })
  addCommand(group, outcome, {
    usage: 'waiting',
    description: 'Hosts that wait to be let in.',
    options: command =>
      listOptions(command).option('--decision <state>', 'pending (default), approved, refused or any'),
    examples: ['enrol', 'enrol waiting --decision refused'],
    load: async () => (await import('./enrol.ts')).waitingCommand,
  })
  addCommand(group, outcome, {
    usage: 'approve <id>',
    description: 'Let a waiting host in. Compare the fingerprint of its key with what davylamp agent join shows there.',
    options: command =>
      yesOption(command).option('--keep-host', 'go on as the host that is known by the same machine id'),
    examples: ['enrol approve 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./enrol.ts')).approveCommand,
  })
  addCommand(group, outcome, {
    usage: 'refuse <id>',
    description: 'Turn a waiting host away.',
    examples: ['enrol refuse 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./enrol.ts')).refuseCommand,
  })
  addCommand(group, outcome, {
    usage: 'how',
    description: 'What to run on a new host, with TOKEN in the place of the token.',
    examples: ['enrol how'],
    load: async () => (await import('./enrol.ts')).howCommand,
  })
}

function settingsCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'show',
    description: 'Show the settings, as a file for set.',
    examples: ['settings > settings.yml'],
    load: async () => (await import('./settings.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'set <file>',
    description: 'Change what the file names (YAML or JSON; - is standard input).',
    examples: ['settings set settings.yml'],
    load: async () => (await import('./settings.ts')).setCommand,
  })
}

function exportCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List exports, and how far they are.',
    examples: ['exports'],
    load: async () => (await import('./exports.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <file>',
    description: 'Export what happens to alerts from now on (YAML or JSON: name, kind, settings, condition).',
    examples: ['exports add siem.yml'],
    load: async () => (await import('./exports.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'change <name> <file>',
    description: 'Change an export; secrets that are left out stay.',
    examples: ['exports change siem siem.yml'],
    load: async () => (await import('./exports.ts')).changeCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <name>',
    description: 'Stop an export and forget what it had not sent.',
    options: yesOption,
    examples: ['exports remove siem'],
    load: async () => (await import('./exports.ts')).removeCommand,
  })
}

function otherCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'health',
    description: 'How the center itself is: store, queues, processes, agents. Exit status 30 when something is wrong.',
    examples: ['health', 'health --json'],
    load: async () => (await import('./health.ts')).healthCommand,
  })
  addCommand(tree, outcome, {
    usage: 'live [kind...]',
    description: 'What changes in the center, line by line, until Ctrl-C (with --json a document a line).',
    examples: ['live', 'live alert order'],
    load: async () => (await import('./live.ts')).liveCommand,
  })
  for (const command of tree.commands.slice(-2)) command.helpGroup(againstCenter)
  const api = groupOfCommands(tree, 'api', 'Every function of the API, for scripts.', 'list')
  addCommand(api, outcome, {
    usage: 'list',
    description: 'List the functions, with what each does.',
    examples: ['api'],
    load: async () => (await import('./api.ts')).listCommand,
  })
  addCommand(api, outcome, {
    usage: 'call <function> [name=value...]',
    description: 'Call one and print what it answers. Parts of the path and the query are given as NAME=VALUE.',
    options: command => command.option('--body <file>', 'what is sent (YAML or JSON; - is standard input)'),
    examples: ['api call listHosts limit=10 verdict=confirmed', 'api call saveView --body view.json'],
    load: async () => (await import('./api.ts')).callCommand,
  })
}
