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
        .option('--about <what>', 'incident, finding or agent')
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

/** What is allowed, blocked and looked for on all hosts. */
export function intelligenceCommands(tree: Command, outcome: Outcome): void {
  huntCommands(tree, outcome)
  blocksCommands(
    groupOfCommands(
      tree,
      'blocks',
      'Addresses that are blocked on hosts of the center (block: on this host alone).',
      'list',
    ),
    outcome,
  )
  allowCommands(
    groupOfCommands(
      tree,
      'allowlist',
      'What the center takes as meant to be so (allow: this host alone, and before anything is reported).',
      'list',
    ),
    outcome,
  )
  indicatorCommands(
    groupOfCommands(
      tree,
      'indicators',
      'Hashes, addresses, domains, wallets and keys that the center looks for in what hosts report.',
      'list',
    ),
    outcome,
  )
  packCommands(
    groupOfCommands(
      tree,
      'packs',
      'Rule packs of your own, and which hosts have them (rules: those of this program).',
      'list',
    ),
    outcome,
  )
}

function huntCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'hunt <term>',
    description: 'Where a hash, path, key, line, address, account, domain or wallet is or was, over all hosts.',
    options: command =>
      listOptions(command)
        .option('--kind <kind>', 'hash, path, key, line, address, account, domain or wallet')
        .option('--prefix', 'the term is only the beginning')
        .option('--present', 'only what is there now')
        .option('--group <name>', 'only on hosts of that group'),
    examples: ['hunt 198.51.100.7', 'hunt /var/tmp/.x --prefix --present'],
    load: async () => (await import('./hunt.ts')).huntCommand,
  })
  tree.commands.at(-1)?.helpGroup(againstCenter)
  const campaigns = groupOfCommands(tree, 'campaigns', 'Intrusions of several hosts that belong together.', 'list')
  addCommand(campaigns, outcome, {
    usage: 'list',
    description: 'List campaigns, newest first.',
    options: listOptions,
    examples: ['campaigns'],
    load: async () => (await import('./hunt.ts')).campaignsCommand,
  })
  addCommand(campaigns, outcome, {
    usage: 'show <campaign>',
    description: 'What they have in common, the first host, all hosts in order, and those at risk.',
    examples: ['campaigns show 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./hunt.ts')).campaignCommand,
  })
}

function blocksCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List addresses that are blocked on hosts.',
    options: command => listOptions(command).option('--address <address>', 'only that one'),
    examples: ['blocks'],
    load: async () => (await import('./blocks.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <address...>',
    description: 'Block addresses on hosts. Hosts whose incidents do not name an address ask for an approver.',
    options: command =>
      forOption(followOption(yesOption(scopeOptions(command))), 'for how long (default 24h)')
        .option('--all', 'on all hosts that you may change')
        .requiredOption('--reason <text>', 'why'),
    examples: ['blocks add 198.51.100.7 --group shop --for 8d --reason "pool of the miner"'],
    load: async () => (await import('./blocks.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <block>',
    description: 'Lift a block on all its hosts, by its address or id.',
    options: yesOption,
    examples: ['blocks remove 198.51.100.7'],
    load: async () => (await import('./blocks.ts')).removeCommand,
  })
}

function conditionOptions(command: Command): Command {
  return scopeOptions(command)
    .option('--everywhere', 'on all hosts')
    .option('--sha256 <hash>', 'content of the file')
    .option('--path <path>', 'path of the file, script or library')
    .option('--user <name>', 'account that owns or runs it')
    .option('--package <name>', 'package that owns it')
    .option('--rule <id>', 'rule that finds it')
    .option('--fingerprint <text>', 'fingerprint of a login key, as SHA256:…')
}

function allowCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List what is allowed.',
    options: listOptions,
    examples: ['allowlist'],
    load: async () => (await import('./allowlist.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'replay',
    description: 'Which alerts of the last 30 days an allowance would have silenced. Changes nothing.',
    options: conditionOptions,
    examples: ['allowlist replay --path /opt/xmrig/xmrig --group lab'],
    load: async () => (await import('./allowlist.ts')).replayCommand,
  })
  addCommand(group, outcome, {
    usage: 'add',
    description: 'Allow what agrees with everything that is given. First shows what it would have silenced, and asks.',
    options: command =>
      yesOption(conditionOptions(command))
        .requiredOption('--reason <text>', 'why this is meant to be so')
        .option('--expires <when>', 'a duration such as 90d, a date, or never (default 90d)'),
    examples: ['allowlist add --path /opt/xmrig/xmrig --group lab --reason "our own mining test"'],
    load: async () => (await import('./allowlist.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <id...>',
    description: 'Take allowances away; what only they silenced is open again.',
    examples: ['allowlist remove 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./allowlist.ts')).removeCommand,
  })
}

function indicatorOptions(command: Command): Command {
  return command
    .option('--level <level>', 'informational, low, medium (default), high or critical')
    .option('--note <text>', 'a note')
    .option('--source <text>', 'where they come from')
    .option('--expires <when>', 'a duration such as 90d, a date, or never (default never)')
}

function indicatorCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List indicators.',
    options: command =>
      listOptions(command)
        .option('--kind <kind>', 'hash, address, domain, wallet or key')
        .option('--text <text>', 'that hold that text'),
    examples: ['indicators list --kind address'],
    load: async () => (await import('./indicators.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <kind> <value...>',
    description: 'Add indicators of one kind: hash, address, domain, wallet or key.',
    options: indicatorOptions,
    examples: ['indicators add address 198.51.100.7 198.51.100.8 --level high --note "pool"'],
    load: async () => (await import('./indicators.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'import <file>',
    description:
      'Add all of a CSV file (- is standard input) with the columns kind, value, level, note and expires; a first line may name them in any order. One value a line is enough with --kind. Nothing is sent when a line is wrong.',
    options: command => indicatorOptions(command).option('--kind <kind>', 'for lines that do not say it'),
    examples: ['indicators import feed.csv --source "our feed"', 'indicators import hashes.txt --kind hash'],
    load: async () => (await import('./indicators.ts')).importCommand,
  })
  addCommand(group, outcome, {
    usage: 'publish',
    description: 'Make a rule pack of all indicators, so that hosts look for them by themselves once it is staged.',
    examples: ['indicators publish'],
    load: async () => (await import('./indicators.ts')).publishCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <id...>',
    description: 'Remove indicators.',
    examples: ['indicators remove 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./indicators.ts')).removeCommand,
  })
}

function packCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List rule packs with their stages.',
    examples: ['packs'],
    load: async () => (await import('./packs.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'upload <name> <file...>',
    description:
      'Upload rules (Sigma, YAML) with their cases as a new version. A pack that fails its own cases is refused. Hosts judge by it at most suspected.',
    examples: ['packs upload shop-rules rules.yml rules.cases.yml'],
    load: async () => (await import('./packs.ts')).uploadCommand,
  })
  addCommand(group, outcome, {
    usage: 'stage <pack> <stage>',
    description: 'Roll the newest version out: canary (one host in twenty), half, all; or withdrawn.',
    options: command =>
      yesOption(command).option('--version-number <number>', 'another version than the newest', wholeNumber),
    examples: ['packs stage shop-rules canary'],
    load: async () => (await import('./packs.ts')).stageCommand,
  })
}
