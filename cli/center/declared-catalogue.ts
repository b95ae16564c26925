import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { againstCenter, groupOfCommands, listOptions } from './declared-options.ts'

/** What there is to do, and what hosts are judged by. */
export function catalogueCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'overview',
    description: 'What to do next, which suspected processes use the processors, and which hosts are away.',
    options: command => command.option('--group <name>', 'only of that group'),
    examples: ['overview', 'overview --group shop --json'],
    load: async () => (await import('./overview.ts')).overviewCommand,
  })
  tree.commands.at(-1)?.helpGroup(againstCenter)
  const group = groupOfCommands(
    tree,
    'catalogue',
    'All rules that hosts are judged by, with their alerts (rules: those of this program; packs: to upload some).',
    'list',
  )
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List the rules of the center and of its packs, the worst first.',
    options: command =>
      listOptions(command)
        .option('--text <text>', 'in title, description, family or technique')
        .option('--level <level>', 'informational, low, medium, high or critical')
        .option('--about <kind>', 'that judge that kind of fact: process, autostart, file, login-key …')
        .option('--attack <technique>', 'of that ATT&CK technique, such as T1053 or T1053.003')
        .option('--source <name>', 'davylamp, or the name of a pack'),
    examples: ['catalogue', 'catalogue list --level critical', 'catalogue list --attack T1053 --json'],
    load: async () => (await import('./catalogue.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <rule>',
    description: 'One rule with its text and its cases.',
    examples: ['catalogue show 5cc2fe2c-337b-5a98-8d02-94950ca81785'],
    load: async () => (await import('./catalogue.ts')).showCommand,
  })
}
