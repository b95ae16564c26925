import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { groupOfCommands, listOptions, yesOption } from './declared-options.ts'

/** Whom the center tells of what. */
export function notificationsCommands(tree: Command, outcome: Outcome): void {
  const group = groupOfCommands(
    tree,
    'notifications',
    'Whom the center tells of what: channels, routes, deliveries (notify: this host, without a center).',
    'channels',
  )
  channelCommands(group, outcome)
  routeCommands(group, outcome)
  deliveryCommands(group, outcome)
}

function channelCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'kinds [kind]',
    description: 'What kinds of channels there are, or which settings one wants (JSON Schema).',
    examples: ['notifications kinds', 'notifications kinds smtp'],
    load: async () => (await import('./notifications.ts')).kindsCommand,
  })
  addCommand(group, outcome, {
    usage: 'channels',
    description: 'List channels, without their secrets.',
    examples: ['notifications channels'],
    load: async () => (await import('./notifications.ts')).channelsCommand,
  })
  addCommand(group, outcome, {
    usage: 'channel <name>',
    description: 'One channel with its settings.',
    examples: ['notifications channel mail'],
    load: async () => (await import('./notifications.ts')).channelCommand,
  })
  addCommand(group, outcome, {
    usage: 'add-channel <file>',
    description: 'Add a channel (YAML or JSON: name, kind, settings, language; - is standard input).',
    examples: ['notifications add-channel mail.yml'],
    load: async () => (await import('./notifications.ts')).addChannelCommand,
  })
  addCommand(group, outcome, {
    usage: 'change-channel <name> <file>',
    description: 'Change a channel; secrets that are left out stay.',
    examples: ['notifications change-channel mail mail.yml'],
    load: async () => (await import('./notifications.ts')).changeChannelCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove-channel <name>',
    description: 'Remove a channel with what waits for it.',
    options: yesOption,
    examples: ['notifications remove-channel mail'],
    load: async () => (await import('./notifications.ts')).removeChannelCommand,
  })
  addCommand(group, outcome, {
    usage: 'test <channel>',
    description: 'Send a test message, and say what the receiver answered.',
    examples: ['notifications test mail'],
    load: async () => (await import('./notifications.ts')).testCommand,
  })
}

function routeCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'routes',
    description: 'List routes: who is told of what.',
    examples: ['notifications routes'],
    load: async () => (await import('./notifications.ts')).routesCommand,
  })
  addCommand(group, outcome, {
    usage: 'add-route <file>',
    description: 'Add a route (YAML or JSON: name, condition, channels, quiet, digestMinutes, rate, escalation).',
    examples: ['notifications add-route night.yml'],
    load: async () => (await import('./notifications.ts')).addRouteCommand,
  })
  addCommand(group, outcome, {
    usage: 'change-route <name> <file>',
    description: 'Change a route.',
    examples: ['notifications change-route night night.yml'],
    load: async () => (await import('./notifications.ts')).changeRouteCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove-route <name>',
    description: 'Remove a route.',
    options: yesOption,
    examples: ['notifications remove-route night'],
    load: async () => (await import('./notifications.ts')).removeRouteCommand,
  })
}

function deliveryCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'deliveries',
    description: 'What was sent, what waits and what failed, newest first.',
    options: command =>
      listOptions(command)
        .option('--is <state>', 'due, delivered, dead or merged')
        .option('--channel <name>', 'only through that channel')
        .option('--alert <id>', 'only of that alert'),
    examples: ['notifications deliveries --is dead'],
    load: async () => (await import('./notifications.ts')).deliveriesCommand,
  })
  addCommand(group, outcome, {
    usage: 'delivery <id>',
    description: 'One delivery with each try.',
    examples: ['notifications delivery 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./notifications.ts')).deliveryCommand,
  })
  addCommand(group, outcome, {
    usage: 'retry <id>',
    description: 'Try again now what failed or waits.',
    examples: ['notifications retry 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./notifications.ts')).retryCommand,
  })
  addCommand(group, outcome, {
    usage: 'preview <reason>',
    description: 'What a message would look like, with made-up content: alert, clean-done, agent-offline and so on.',
    options: command => command.option('--language <code>', 'en (default), zh, ja or id'),
    examples: ['notifications preview alert --language zh'],
    load: async () => (await import('./notifications.ts')).previewCommand,
  })
}
