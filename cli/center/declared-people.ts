import type { Command } from 'commander'
import { addCommand, type Outcome, several } from '../command-builder.ts'
import { forOption, groupOfCommands, listOptions, yesOption } from './declared-options.ts'

/** Who may do what in the center, and who did. */
export function peopleCommands(tree: Command, outcome: Outcome): void {
  userCommands(groupOfCommands(tree, 'users', 'People who may sign in, and their roles.', 'list'), outcome)
  tokenCommands(groupOfCommands(tree, 'tokens', 'API tokens, for scripts.', 'list'), outcome)
  providerCommands(
    groupOfCommands(tree, 'providers', 'Identity providers (OpenID Connect) through which people sign in.', 'list'),
    outcome,
  )
  auditCommands(
    groupOfCommands(
      tree,
      'audit',
      'Who did what: a log in which each entry carries the hash of the one before.',
      'list',
    ),
    outcome,
  )
}

function personOptions(command: Command): Command {
  return command
    .option('--display-name <text>', 'how the person is called')
    .option('--email <address>', 'where messages go')
    .option('--language <code>', 'en, zh, ja or id')
}

function userCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List users.',
    options: command => listOptions(command).option('--text <text>', 'only those whose name holds that text'),
    examples: ['users'],
    load: async () => (await import('./users.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <user>',
    description: 'One user.',
    examples: ['users show mira'],
    load: async () => (await import('./users.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <name>',
    description: 'Make a user, and a one-time link with which the password is set.',
    options: command =>
      personOptions(command).requiredOption(
        '--role <role>',
        'viewer, operator, responder, approver or admin; ROLE:GROUP for one group; may be given several times',
        several,
      ),
    examples: ['users add mira --role responder', 'users add kenji --role viewer:shop --email kenji@example.org'],
    load: async () => (await import('./users.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'set <user>',
    description: 'Change a user, or let them sign in no more.',
    options: command =>
      personOptions(command).option('--disable', 'they sign in no more').option('--enable', 'they may again'),
    examples: ['users set mira --disable'],
    load: async () => (await import('./users.ts')).setCommand,
  })
  addCommand(group, outcome, {
    usage: 'roles [user]',
    description: 'What the roles allow; with a user and --role, set all roles of that user.',
    options: command =>
      command.option(
        '--role <role>',
        'a role that the user has from now on, as in add; may be given several times',
        several,
      ),
    examples: ['users roles', 'users roles mira --role responder --role approver:shop'],
    load: async () => (await import('./users.ts')).rolesCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <user>',
    description: 'Remove a user. Sessions and tokens end; the name stays taken.',
    options: yesOption,
    examples: ['users remove mira'],
    load: async () => (await import('./users.ts')).removeCommand,
  })
  addCommand(group, outcome, {
    usage: 'reset-password <user>',
    description: 'End the sessions of a user and make a one-time link for a new password.',
    options: yesOption,
    examples: ['users reset-password mira'],
    load: async () => (await import('./users.ts')).resetPasswordCommand,
  })
  addCommand(group, outcome, {
    usage: 'reset-second-factor <user>',
    description: 'Take all second factors of a user away, and end the sessions.',
    options: yesOption,
    examples: ['users reset-second-factor mira'],
    load: async () => (await import('./users.ts')).resetSecondFactorCommand,
  })
  addCommand(group, outcome, {
    usage: 'sessions <user>',
    description: 'Where a user is signed in; ends all of it.',
    options: command => command.option('--end', 'end all of them'),
    examples: ['users sessions mira', 'users sessions mira --end'],
    load: async () => (await import('./users.ts')).sessionsCommand,
  })
}

function tokenCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List tokens that are in force.',
    options: listOptions,
    examples: ['tokens'],
    load: async () => (await import('./tokens.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <name>',
    description: 'Make a token that never has more rights than you. It is shown once.',
    options: command =>
      forOption(command, 'how long it is good (default 90d)')
        .option('--may <right>', 'a right, such as alerts:read; may be given several times', several)
        .option('--role <role>', 'the rights of that role')
        .option('--group <name>', 'only for that group; may be given several times', several),
    examples: ['tokens add monitoring --may health:read', 'tokens add ticket-system --role viewer --for 30d'],
    load: async () => (await import('./tokens.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'revoke <token...>',
    description: 'Revoke tokens, by name or id.',
    examples: ['tokens revoke monitoring'],
    load: async () => (await import('./tokens.ts')).revokeCommand,
  })
}

function providerCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list [name]',
    description: 'List identity providers, or show one with its settings.',
    examples: ['providers'],
    load: async () => (await import('./providers.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'add <file>',
    description:
      'Add an identity provider (YAML or JSON: name, issuer, clientId, clientSecret, roleMap …; - is standard input).',
    examples: ['providers add provider.yml'],
    load: async () => (await import('./providers.ts')).addCommand,
  })
  addCommand(group, outcome, {
    usage: 'change <name> <file>',
    description: 'Replace the settings of an identity provider; without clientSecret the old one stays.',
    examples: ['providers change example provider.yml'],
    load: async () => (await import('./providers.ts')).changeCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <name>',
    description: 'Remove an identity provider that nobody signs in through any more.',
    options: yesOption,
    examples: ['providers remove example'],
    load: async () => (await import('./providers.ts')).removeCommand,
  })
}

function auditCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List entries, newest first.',
    options: command =>
      listOptions(command)
        .option('--actor <name>', 'only what that one did')
        .option('--action <text>', 'only what begins so, such as user.')
        .option('--object <id>', 'only what was done to that')
        .option('--since <when>', 'a duration such as 24h, a date or a time')
        .option('--until <when>', 'a duration such as 1h, a date or a time'),
    examples: ['audit list --since 24h', 'audit list --action login.'],
    load: async () => (await import('./audit.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'verify',
    description: 'Compute all hashes of the log anew. Exit status 30 when one does not agree.',
    options: command =>
      command.option('--heads <file>', 'also against what audit head --json printed earlier, kept elsewhere'),
    examples: ['audit verify', 'audit verify --heads heads.json'],
    load: async () => (await import('./audit.ts')).verifyCommand,
  })
  addCommand(group, outcome, {
    usage: 'head',
    description: 'The last entry and its hash, to be kept elsewhere.',
    examples: ['audit head --json > head.json'],
    load: async () => (await import('./audit.ts')).headCommand,
  })
}
