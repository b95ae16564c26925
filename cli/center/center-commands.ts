import type { Command } from 'commander'
import { addCommand, several, type Outcome } from '../command-builder.ts'

/** The center itself: for whoever runs the machine that it is on. */
export function centerCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'up',
    description:
      'A center, an agent for this host, and a scan of it: prints what was found, where to sign in, and how other servers join. Runs until Ctrl-C.',
    options: command => serveOptions(command).option('--no-agent', 'only the center'),
    examples: ['up', 'up --address center.example', 'up --listen 127.0.0.1:8443'],
    load: async () => (await import('./up.ts')).upCommand,
  })
  const group = tree
    .command('center')
    .description('The center that agents report to: alerts, handling, hunting and notifications for all servers.')
  addCommand(group, outcome, {
    usage: 'run',
    description: 'Run a center in the foreground until SIGTERM (the default: davylamp center).',
    options: serveOptions,
    examples: ['center', 'center run --store postgres://davylamp@db.example/davylamp --address center.example'],
    load: async () => (await import('./serve.ts')).serveCommand,
  })
  Reflect.set(group, '_defaultCommandName', 'run')
  addCommand(group, outcome, {
    usage: 'backup <file>',
    description:
      'Write everything that the center has into one file, while it runs. With a passphrase it can be restored anywhere.',
    options: command =>
      storeOption(command).option('--passphrase-file <file>', 'seals the keys of the center with what is in this file'),
    examples: ['center backup /backup/davylamp.dlb --passphrase-file /root/passphrase'],
    load: async () => (await import('./keep.ts')).backupCommand,
  })
  addCommand(group, outcome, {
    usage: 'restore <file>',
    description: 'Fill an empty store from a backup, also of another version of PostgreSQL. Nothing may run on it.',
    options: command => storeOption(command).option('--passphrase-file <file>', 'opens the keys of the center'),
    examples: ['center restore /backup/davylamp.dlb --passphrase-file /root/passphrase'],
    load: async () => (await import('./keep.ts')).restoreCommand,
  })
  addCommand(group, outcome, {
    usage: 'upgrade',
    description:
      'Move the embedded database to the PostgreSQL of this program. The old data stay until you remove them.',
    options: command => command.option('--old-binaries <dir>', 'bin/ of the PostgreSQL that wrote the old data'),
    examples: ['center upgrade --old-binaries /usr/lib/postgresql/15/bin'],
    load: async () => (await import('./keep.ts')).upgradeCommand,
  })
  addCommand(group, outcome, {
    usage: 'verify-audit',
    description: 'Check the chain of the audit log, and that it still holds what was written down outside of it.',
    options: storeOption,
    examples: ['center verify-audit'],
    load: async () => (await import('./keep.ts')).verifyAuditCommand,
  })
  addCommand(group, outcome, {
    usage: 'reset-password <user>',
    description: 'Give a user a one-time password, from the machine of the center: for who is locked out.',
    options: storeOption,
    examples: ['center reset-password admin'],
    load: async () => (await import('./keep.ts')).resetPasswordCommand,
  })
  addCommand(group, outcome, {
    usage: 'users',
    description: 'The users of the center, from its machine.',
    options: storeOption,
    examples: ['center users'],
    load: async () => (await import('./keep.ts')).usersCommand,
  })
  addCommand(group, outcome, {
    usage: 'install',
    description: 'Install and start the systemd service of the center with these options.',
    options: serveOptions,
    examples: ['center install --address center.example'],
    load: async () => (await import('./install.ts')).centerInstallCommand,
  })
  addCommand(group, outcome, {
    usage: 'uninstall',
    description: 'Stop the service and take it away. The data stay in the state folder.',
    options: command => command.option('--yes', 'do not ask'),
    examples: ['center uninstall'],
    load: async () => (await import('./install.ts')).centerUninstallCommand,
  })
}

function storeOption(command: Command): Command {
  return command.option('--store <url>', 'postgres://… instead of the database of the center’s own')
}

function serveOptions(command: Command): Command {
  return storeOption(command)
    .option('--listen <address>', 'for people and the API', '8443')
    .option('--agents <address>', 'for agents', '8444')
    .option('--address <name>', 'name or address under which others reach this machine (default: its host name)')
    .option(
      '--certificate <file>',
      'PEM, with its chain, for the port of people (default: one of the center’s own authority)',
    )
    .option('--key <file>', 'PEM, of that certificate')
    .option(
      '--packages <folder>',
      'packages that hosts join with, and signed releases that agents upgrade to (default: those beside the program)',
    )
    .option('--trust-proxy <network>', 'a proxy whose X-Forwarded-For is believed; may be given again', several)
    .option('--log <format>', 'text or json', 'text')
}
