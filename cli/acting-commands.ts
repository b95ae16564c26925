import type { Command } from 'commander'
import { addCommand, duration, hidden, type Outcome, several, wholeNumber } from './command-builder.ts'
import { lookOptions, planOptions } from './looking-commands.ts'

/** Commands that change a host, and those that tell of such changes. */
export function actingCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'clean',
    description:
      'Scan, show the plan, ask, carry it out, prove it. Without --yes and without a terminal nothing is changed. Acts on confirmed incidents only, unless told otherwise.',
    options: command =>
      agentLooks(orderOptions(planOptions(lookOptions(command))))
        .addOption(hidden('--limit-actions <number>', 'refuse a plan with more actions').argParser(wholeNumber))
        .addOption(hidden('--never-touch <path>', 'refuse a plan that touches something below').argParser(several))
        .option('--yes', 'do not ask')
        .option('--plan <file>', 'carry out this plan (of: plan --out) instead of a new one')
        .option(
          '--watch <duration>',
          'how long to watch for anything that comes back (default 60s; 0 on a tree)',
          duration,
        )
        .option('--later-looks', 'look again after 1 h, 24 h, 8 days and the next boot (installs a systemd timer)'),
    examples: ['clean', 'clean --yes', 'clean --yes --include suspected', 'clean --root /mnt/disk --yes'],
    load: async () => (await import('./clean.ts')).cleanCommand,
  })
  addCommand(tree, outcome, {
    usage: 'prove [run]',
    description: 'Look again at what a run (the last one) removed: is it gone, does it stay gone?',
    options: command =>
      command
        .option('--watch <duration>', 'how long to watch for anything that comes back (default 60s)', duration)
        .option('--root <dir>', 'the last run on that tree')
        .option('--look', 'one of the later looks that clean --later-looks installed')
        .option('--full-priority', 'do not step back behind other programs'),
    examples: ['prove', 'prove 20261121T204512Z-3fa9 --watch 10m'],
    load: async () => (await import('./prove.ts')).proveCommand,
  })
  addCommand(tree, outcome, {
    usage: 'undo [run]',
    description: 'Take back a run (the last one), or one action of it with those that depend on it.',
    options: command =>
      command
        .option('--root <dir>', 'the last run on that tree')
        .option('--action <number>', 'only this action', wholeNumber)
        .addOption(hidden('--never-touch <path>', 'refuse when something below would be touched').argParser(several))
        .option('--yes', 'do not ask'),
    examples: ['undo', 'undo 20261121T204512Z-3fa9 --action 4'],
    load: async () => (await import('./undo.ts')).undoCommand,
  })
  addCommand(tree, outcome, {
    usage: 'resume [run]',
    description: 'Go on with a run that was cut off (the last one).',
    options: command =>
      agentLooks(command)
        .option('--root <dir>', 'the last run on that tree')
        .option('--watch <duration>', 'how long to watch afterwards (default 60s)', duration),
    examples: ['resume'],
    load: async () => (await import('./resume.ts')).resumeCommand,
  })
  addCommand(tree, outcome, {
    usage: 'runs [run]',
    description: 'List all runs, or show one with each of its actions.',
    examples: ['runs', 'runs 20261121T204512Z-3fa9'],
    load: async () => (await import('./runs.ts')).runsCommand,
  })
}

/** What the agent adds when it carries out an order of its center. */
export function orderOptions(command: Command): Command {
  return command
    .addOption(hidden('--order <id>', 'the order that asks for it, for the journal'))
    .addOption(hidden('--never-block <address>', 'an address of the center').argParser(several))
}

/** What the agent adds when it looks again by itself, for the proof. */
function agentLooks(command: Command): Command {
  return command.addOption(hidden('--agent-looks-later', 'the agent looks again later'))
}
