import type { Command } from 'commander'
import { addCommand, duration, type Outcome, wholeNumber } from '../command-builder.ts'
import {
  againstCenter,
  followOption,
  forOption,
  groupOfCommands,
  listOptions,
  scopeOptions,
  yesOption,
} from './declared-options.ts'

/** Alerts, and what is done about them. */
export function alertsCommands(tree: Command, outcome: Outcome): void {
  const group = groupOfCommands(
    tree,
    'alerts',
    'Alerts of all hosts: what was found, its evidence, its history.',
    'list',
  )
  readingCommands(group, outcome)
  talkingCommands(group, outcome)
  addCommand(tree, outcome, {
    usage: 'handle <alert...>',
    description:
      'Handle alerts: show what would be done with each plan, ask, and do exactly that. What changes a host is proven there afterwards. With --json and without --yes only the preview is printed.',
    options: command =>
      forOption(followOption(yesOption(scopeOptions(command))), 'with --as block: for how long (default 24h)')
        .summary('Handle alerts: clean, block, ignore … after showing what would be done.')
        .requiredOption(
          '--as <way>',
          'in-depth, terminate, terminate-and-quarantine, block, ignore, manual (handled by hand) or reopen',
        )
        .option(
          '--same-type <by>',
          'all that are like this one: by rule, type or hash; --host, --group and --tag narrow it',
        )
        .option(
          '--watch <duration>',
          'after a clean-up: how long hosts watch for anything that comes back, at least 5s (default 60s)',
          duration,
        )
        .option('--comment <text>', 'written into the history')
        .option('--plans', 'show the plan of each, also of many'),
    examples: [
      'handle 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --as in-depth --follow',
      'handle 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --as in-depth --same-type type --group shop --yes',
      'handle 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --as ignore --comment "our own test"',
    ],
    load: async () => (await import('./handle.ts')).handleCommand,
  })
  tree.commands.at(-1)?.helpGroup(againstCenter)
}

function readingCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List alerts, newest first: those that are open, unless told otherwise.',
    options: command =>
      listOptions(command)
        .option('--status <status>', 'open (default), handling, handled, ignored or allowed')
        .option('--every-status', 'of every status')
        .option('--level <level>', 'informational, low, medium, high or critical')
        .option('--at-least <level>', 'that level or worse')
        .option('--type <type>', 'of that type')
        .option('--about <what>', 'incident, finding, detection, indicator or agent')
        .option('--verdict <verdict>', 'confirmed, suspected or exposure')
        .option('--host <name>', 'of that host')
        .option('--group <name>', 'of that group')
        .option('--region <text>', 'of that region')
        .option('--family <name>', 'of that family of malware')
        .option('--rule <id>', 'found by that rule')
        .option('--hash <sha256>', 'about a file with that content')
        .option('--campaign <id>', 'of that campaign')
        .option('--assigned-to <name>', 'given to that person')
        .option('--since <when>', 'a duration such as 24h, a date or a time')
        .option('--text <text>', 'in title, host or family')
        .option('--findings', 'single findings of incidents too'),
    examples: ['alerts', 'alerts list --at-least high --since 24h', 'alerts list --host web-3 --every-status --json'],
    load: async () => (await import('./alerts.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <alert>',
    description: 'One alert with its findings, plans, orders and evidence.',
    examples: ['alerts show 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./alerts.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'plan <alert> [plan]',
    description: 'What the host would do about it, each action with its reason (the in-depth one, unless named).',
    examples: ['alerts plan 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./alerts.ts')).planCommand,
  })
  addCommand(group, outcome, {
    usage: 'history <alert>',
    description: 'All that happened to an alert, oldest first.',
    options: listOptions,
    examples: ['alerts history 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./alerts.ts')).historyCommand,
  })
  addCommand(group, outcome, {
    usage: 'related <alert>',
    description: 'Other alerts that share a hash, an address, a rule, the host or the campaign.',
    examples: ['alerts related 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./alerts.ts')).relatedCommand,
  })
  addCommand(group, outcome, {
    usage: 'story <alert>',
    description: 'Why it is an alert, how it got in, and its timeline; with --json also its graph and process tree.',
    examples: ['alerts story 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./alert-report.ts')).storyCommand,
  })
  addCommand(group, outcome, {
    usage: 'report <alert>',
    description:
      'Write the incident report into a file: what was found, why, what was done, what is left. The file fetches nothing.',
    options: command =>
      command
        .option('--format <format>', 'html or pdf', 'html')
        .option('--language <language>', 'en, zh, ja or id', 'en')
        .option('--time-zone <zone>', 'for its times, as Asia/Jakarta (default: that of this machine)')
        .option(
          '--output <file>',
          'where to; - is standard output (default: a name with host and day, in this folder)',
        ),
    examples: [
      'alerts report 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
      'alerts report 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --format pdf --language zh --output report.pdf',
    ],
    load: async () => (await import('./alert-report.ts')).reportCommand,
  })
  addCommand(group, outcome, {
    usage: 'counts',
    description: 'Open alerts by type and level, and what was opened and handled.',
    options: command =>
      command
        .option('--group <name>', 'only of that group')
        .option('--hours <number>', 'in so many hours (default 168)', wholeNumber),
    examples: ['alerts counts'],
    load: async () => (await import('./alerts.ts')).countsCommand,
  })
}

function talkingCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'comment <alert> <text...>',
    description: 'Write a comment into the history of an alert.',
    examples: ['alerts comment 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f asked the owner, waiting'],
    load: async () => (await import('./alerts.ts')).commentCommand,
  })
  addCommand(group, outcome, {
    usage: 'assign <alert...>',
    description: 'Give alerts to somebody, or to nobody.',
    options: command =>
      scopeOptions(command)
        .option('--to <name>', 'to whom')
        .option('--nobody', 'to nobody')
        .option('--same-type <by>', 'all that are like this one: by rule, type or hash'),
    examples: ['alerts assign 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --to mira'],
    load: async () => (await import('./alerts.ts')).assignCommand,
  })
}
