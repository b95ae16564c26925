import type { Command } from 'commander'
import { addCommand, type Outcome } from './command-builder.ts'

/** Whom this host tells when it has no center. */
export function notifyCommands(tree: Command, outcome: Outcome): void {
  const group = tree
    .command('notify')
    .description('The channels by which this host tells people what it found, without a center.')
  addCommand(group, outcome, {
    usage: 'test <channel>',
    description: 'Send a test message to one channel of `notify:` in agent.yml, and say what the receiver answered.',
    options: command => command.option('--config <file>', 'where the channels are (default /etc/davylamp/agent.yml)'),
    examples: ['notify test mail', 'notify test mail --config ./agent.yml'],
    load: async () => (await import('./notify.ts')).notifyTestCommand,
  })
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List the channels, with what there is to know about their settings.',
    options: command => command.option('--config <file>', 'where the channels are (default /etc/davylamp/agent.yml)'),
    examples: ['notify list'],
    load: async () => (await import('./notify.ts')).notifyListCommand,
  })
}
