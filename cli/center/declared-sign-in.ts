import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { againstCenter, groupOfCommands } from './declared-options.ts'

/** Signing in to a center, and one's own account there. */
export function signInCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'login <address>',
    description:
      'Sign in to a center; the commands of this heading then speak with it. The link of an invitation instead of an address sets the password first. Kept in ~/.config/davylamp/center.json, for you only. DAVYLAMP_CENTER, DAVYLAMP_TOKEN, DAVYLAMP_FINGERPRINT and DAVYLAMP_CA say the same to scripts.',
    options: command =>
      command
        .summary('Sign in to a center.')
        .option('--user <name>', 'sign in with a password, and a second factor where there is one')
        .option('--token <token>', 'sign in with an API token (- reads it from standard input)')
        .option(
          '--fingerprint <hex>',
          'SHA-256 of the authority or certificate that is believed; the center shows it at its start',
        )
        .option('--ca <file>', 'PEM of an authority of your own that is believed')
        .option('--code <code>', 'the second factor: a code of the app, or a recovery code')
        .option(
          '--password-stdin',
          'read the password from standard input; a second line is the new one if the first was for one time',
        ),
    examples: [
      'login https://center.example:8443 --user mira',
      "login 'https://center.example:8443/link#…'",
      'login center.example:8443 --token - --fingerprint 9f2c… < token',
    ],
    load: async () => (await import('./login.ts')).loginCommand,
  })
  addCommand(tree, outcome, {
    usage: 'logout',
    description: 'Sign out and forget the center.',
    examples: ['logout'],
    load: async () => (await import('./login.ts')).logoutCommand,
  })
  addCommand(tree, outcome, {
    usage: 'whoami',
    description: 'Which center, who you are there, and what you may.',
    examples: ['whoami'],
    load: async () => (await import('./account.ts')).whoamiCommand,
  })
  for (const command of tree.commands.slice(-3)) command.helpGroup(againstCenter)
  accountCommands(
    groupOfCommands(tree, 'account', 'Your own account in the center: password, second factors, sessions.', 'sessions'),
    outcome,
  )
}

function accountCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'sessions',
    description: 'Where you are signed in; ends sessions.',
    options: command => command.option('--end <id>', 'end this one').option('--end-others', 'end all but this one'),
    examples: ['account sessions', 'account sessions --end-others'],
    load: async () => (await import('./account.ts')).sessionsCommand,
  })
  addCommand(group, outcome, {
    usage: 'password',
    description: 'Change your password. All other sessions end.',
    options: command =>
      command.option('--password-stdin', 'read the old and the new one from standard input, a line each'),
    examples: ['account password'],
    load: async () => (await import('./account.ts')).passwordCommand,
  })
  addCommand(group, outcome, {
    usage: 'profile',
    description: 'Change your name, e-mail address or language.',
    options: command =>
      command
        .option('--display-name <text>', 'how you are called')
        .option('--email <address>', 'where messages go')
        .option('--language <code>', 'en, zh, ja or id'),
    examples: ['account profile --email mira@example.org'],
    load: async () => (await import('./account.ts')).profileCommand,
  })
  addCommand(group, outcome, {
    usage: 'second-factors',
    description: 'Your second factors. Security keys are registered in a browser.',
    examples: ['account second-factors'],
    load: async () => (await import('./account.ts')).factorsCommand,
  })
  addCommand(group, outcome, {
    usage: 'codes',
    description: 'Begin with codes of an authenticator app, get new recovery codes, or stop.',
    options: command =>
      command
        .option('--renew', 'new recovery codes; the old ones stop working')
        .option('--stop', 'no longer use codes of an app'),
    examples: ['account codes', 'account codes --renew'],
    load: async () => (await import('./account.ts')).codesCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove-key <id>',
    description: 'Remove a security key of yours.',
    examples: ['account remove-key AbCd…'],
    load: async () => (await import('./account.ts')).removeKeyCommand,
  })
}
