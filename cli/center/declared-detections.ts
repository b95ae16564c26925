import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { groupOfCommands, listOptions } from './declared-options.ts'

/** What agents notice as it happens, and how they watch. */
export function detectionsCommands(tree: Command, outcome: Outcome): void {
  const group = groupOfCommands(
    tree,
    'detections',
    'What the agents of all hosts noticed as it happened and did about it at once; how they watch.',
    'list',
  ).summary('What agents noticed as it happened; how they watch.')
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List detections, newest first.',
    options: command =>
      listOptions(command)
        .option('--host <name>', 'of that host')
        .option('--group <name>', 'of that group and those below it')
        .option('--verdict <verdict>', 'confirmed or suspected')
        .option(
          '--outcome <what>',
          'prevented, ended, cleaned, quarantined, disarmed, blocked, would, refused, failed or told',
        )
        .option('--about <what>', 'process, file, autostart, connection, login or load')
        .option('--at-least <level>', 'that level or worse')
        .option('--alert <id>', 'that belong to that alert')
        .option('--since <when>', 'a duration such as 24h, a date or a time')
        .option('--text <text>', 'in title, path, command, address, account or host'),
    examples: ['detections', 'detections list --outcome prevented --since 24h', 'detections list --host web-3 --json'],
    load: async () => (await import('./detections.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <detection>',
    description: 'One detection: what started what, why it was told, what was done about it.',
    examples: ['detections show 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./detections.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'counts',
    description: 'How many there were and what became of them, and the hosts with most.',
    options: command =>
      command
        .option('--group <name>', 'only of that group')
        .option('--host <name>', 'only of that host')
        .option('--since <when>', 'a duration such as 24h (default), a date or a time; at most 90 days'),
    examples: ['detections counts', 'detections counts --since 7d --group shop'],
    load: async () => (await import('./detections.ts')).countsCommand,
  })
  addCommand(group, outcome, {
    usage: 'sensors [host]',
    description: 'How hosts watch, and what is wrong with it; of one host each sensor.',
    options: command =>
      listOptions(command)
        .option('--group <name>', 'of that group and those below it')
        .option('--mode <mode>', 'off, observe, block, or none: no sensors reported')
        .option('--trouble <what>', 'stands-still, loses, weaker or less-prevention')
        .option('--text <text>', 'in the name of the host'),
    examples: ['detections sensors', 'detections sensors --trouble loses', 'detections sensors web-3'],
    load: async () => (await import('./watch.ts')).sensorsCommand,
  })
}
