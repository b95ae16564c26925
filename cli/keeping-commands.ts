import type { Command } from 'commander'
import { orderOptions } from './acting-commands.ts'
import { addCommand, duration, type Outcome } from './command-builder.ts'
import type { Context } from './context.ts'
import { intelCommands } from './intel-commands.ts'

/** Commands over what Davylamp keeps: quarantine, blocked addresses, allowlist, rules, indicators; and completion. */
export function keepingCommands(tree: Command, outcome: Outcome): void {
  quarantineCommands(tree, outcome)
  blockCommands(tree, outcome)
  allowCommands(tree, outcome)
  rulesCommands(tree, outcome)
  intelCommands(tree, outcome)
  addCommand(tree, outcome, {
    usage: 'completion <shell>',
    description: 'Print the completion script for bash, zsh or fish.',
    examples: ['completion bash > /etc/bash_completion.d/davylamp'],
    load: async () => {
      const { completionCommand } = await import('./completion.ts')
      return async (_: object, context: Context, shell: string) => completionCommand(tree, context, shell)
    },
  })
}

function quarantineCommands(tree: Command, outcome: Outcome): void {
  const group = tree.command('quarantine').description('What was taken away, encrypted and inert.')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List everything that is kept, oldest first.',
    examples: ['quarantine list'],
    load: async () => (await import('./quarantine.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <id>',
    description: 'Where it lay, what it was, its hash.',
    examples: ['quarantine show 20261121T204512Z-3fa9-4'],
    load: async () => (await import('./quarantine.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'restore <id>',
    description: 'Copy it to a new file, or (without --to) put it back to where it lay.',
    options: command => command.option('--to <path>', 'the new file').option('--yes', 'do not ask'),
    examples: ['quarantine restore 20261121T204512Z-3fa9-4 --to /root/sample.bin'],
    load: async () => (await import('./quarantine.ts')).restoreCommand,
  })
  addCommand(group, outcome, {
    usage: 'delete <id...>',
    description: 'Delete it for good. Undo can then no longer bring it back.',
    options: command => command.option('--yes', 'do not ask'),
    examples: ['quarantine delete 20261121T204512Z-3fa9-4'],
    load: async () => (await import('./quarantine.ts')).deleteCommand,
  })
}

function blockCommands(tree: Command, outcome: Outcome): void {
  const group = tree.command('block').description('Addresses whose traffic is dropped, in every direction.')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List what is blocked now, and for how long.',
    examples: ['block list'],
    load: async () => (await import('./block.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <address...>',
    description: 'Block addresses. Never the gateway, a resolver, this host or an ssh session.',
    options: command => orderOptions(command).option('--for <duration>', 'for how long (default 24h)', duration),
    examples: ['block add 198.51.100.7', 'block add 2001:db8::7 --for 8d'],
    load: async () => (await import('./block.ts')).addBlockCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <address...>',
    description: 'Let traffic through again.',
    options: orderOptions,
    examples: ['block remove 198.51.100.7'],
    load: async () => (await import('./block.ts')).removeBlockCommand,
  })
}

function allowCommands(tree: Command, outcome: Outcome): void {
  const group = tree.command('allow').description('What is meant to be so. It is still shown, and never acted on.')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List all entries.',
    examples: ['allow list'],
    load: async () => (await import('./allow.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add',
    description: 'Allow what agrees with everything that is given.',
    options: command =>
      command
        .option('--sha256 <hash>', 'content of the file')
        .option('--path <path>', 'path of the file, script or library')
        .option('--user <name>', 'account that owns or runs it')
        .option('--package <name>', 'package that owns it')
        .option('--rule <id>', 'rule that finds it')
        .option('--fingerprint <text>', 'fingerprint of a login key, as SHA256:…')
        .requiredOption('--reason <text>', 'why this is meant to be so')
        .option('--author <name>', 'who says so (default: you)')
        .option('--expires <when>', 'a duration such as 90d, a date, or never (default 90d)'),
    examples: [
      'allow add --path /opt/xmrig/xmrig --user build --reason "our own mining test"',
      'allow add --fingerprint SHA256:… --reason "backup server" --expires never',
    ],
    load: async () => (await import('./allow.ts')).addAllowCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <id...>',
    description: 'Take entries away.',
    examples: ['allow remove 3f2a91bc'],
    load: async () => (await import('./allow.ts')).removeAllowCommand,
  })
}

function rulesCommands(tree: Command, outcome: Outcome): void {
  const group = tree
    .command('rules')
    .description('The rules by which facts and events (Sigma) and contents (YARA) are judged.')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List our own rules, and packs that were added.',
    examples: ['rules list', 'rules list --json'],
    load: async () => (await import('./rules.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <id>',
    description: 'Show a rule as it is written.',
    examples: ['rules show 3f0b2a52'],
    load: async () => (await import('./rules.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <rules>',
    description: 'Take YARA and Sigma rules of others, a file or a folder, for the scans of this host.',
    options: command => command.option('--name <name>', 'what to call them (default: the name of the file or folder)'),
    examples: ['rules add /srv/signature-base', 'rules add miners.yar --name our-miners'],
    load: async () => (await import('./rules-packs.ts')).addRulesCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <name>',
    description: 'Remove rules of others again.',
    examples: ['rules remove signature-base'],
    load: async () => (await import('./rules-packs.ts')).removeRulesCommand,
  })
  addCommand(group, outcome, {
    usage: 'check [dir...]',
    description:
      'Check rules: our own strictly (fields, ATT&CK ids, meaning), those of others as far as Sigma and YARA go.',
    examples: ['rules check', 'rules check /srv/sigma/rules/linux'],
    load: async () => (await import('./rules.ts')).checkCommand,
  })
  addCommand(group, outcome, {
    usage: 'test <dir>',
    description: 'Run folders of rule.yml and event.json; each rule must match its events.',
    examples: ['rules test regression/'],
    load: async () => (await import('./rules.ts')).testCommand,
  })
  addCommand(group, outcome, {
    usage: 'eval <rules> <events>',
    description: 'Evaluate rules on events: JSON lines in (- is standard input), JSON lines {"id","rules"} out.',
    examples: ['rules eval /srv/sigma/rules events.jsonl', 'rules eval rules/ - < events.jsonl'],
    load: async () => (await import('./rules-eval.ts')).evalCommand,
  })
}
