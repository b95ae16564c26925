import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { groupOfCommands, yesOption } from './declared-options.ts'

/** Groups of a center's hosts. */
export function groupsCommands(tree: Command, outcome: Outcome): void {
  const about = 'Groups of hosts, and their policies: when to scan, how often to report.'
  const group = groupOfCommands(tree, 'groups', about, 'list')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List groups.',
    examples: ['groups'],
    load: async () => (await import('./groups.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <name>',
    description: 'Make a group.',
    options: command => command.option('--below <group>', 'below that one'),
    examples: ['groups add shop --below "All hosts"'],
    load: async () => (await import('./groups.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'set <group>',
    description: 'Rename a group, or move it.',
    options: command => command.option('--name <text>', 'its new name').option('--below <group>', 'below that one'),
    examples: ['groups set shop --name store'],
    load: async () => (await import('./groups.ts')).setCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <group>',
    description: 'Remove an empty group.',
    options: yesOption,
    examples: ['groups remove shop'],
    load: async () => (await import('./groups.ts')).removeCommand,
  })
  addCommand(group, outcome, {
    usage: 'policy <group>',
    description: 'Show the policy that holds for a group, as a file for set-policy.',
    examples: ['groups policy shop > policy.yml'],
    load: async () => (await import('./groups.ts')).policyCommand,
  })
  addCommand(group, outcome, {
    usage: 'set-policy <group> [file]',
    description: 'Give a group a policy. Agents apply it as far as their own agent.yml allows.',
    options: command => command.option('--inherit', 'that of the group above it'),
    examples: ['groups set-policy shop policy.yml', 'groups set-policy shop --inherit'],
    load: async () => (await import('./groups.ts')).setPolicyCommand,
  })
}
