import type { Command } from 'commander'
import { addCommand, type Outcome, wholeNumber } from '../command-builder.ts'
import {
  againstCenter,
  followOption,
  forOption,
  groupOfCommands,
  listOptions,
  scopeOptions,
  yesOption,
} from './declared-options.ts'

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
      'Add all of a CSV file (- is standard input) with the columns kind, value, level, note and expires; a first line may name them in any order. One value a line is enough with --kind. Nothing is sent when a line is wrong. A STIX 2 bundle or events of MISP (JSON) are read too.',
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
