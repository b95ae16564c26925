import { type Command, Option } from 'commander'
import type { LogFormat } from '../agent/index.ts'
import { addCommand, hidden, type Outcome, several } from './command-builder.ts'
import { statusOptions } from './looking-commands.ts'

/** `auto`: with fields to the journal of systemd where standard error leads there, else text. */
const logFormats = ['auto', 'text', 'json', 'journal'] as const satisfies readonly LogFormat[]
const configOption = ['--config <file>', 'what this host allows (default /etc/davylamp/agent.yml)'] as const

/** The agent of this host: joining a center, running, looking after it. */
export function agentCommands(tree: Command, outcome: Outcome): void {
  const group = tree
    .command('agent')
    .description('The agent of this host: scans on a schedule, reports to a center, carries out what its owner allows.')
  addCommand(group, outcome, {
    usage: 'run',
    description: 'Run in the foreground until SIGTERM (the default: davylamp agent). The systemd unit does this.',
    options: command =>
      command
        .option(...configOption)
        .addOption(new Option('--log-format <format>', 'how its log is written').choices(logFormats).default('auto'))
        .addOption(hidden('--notify-socket <path>', 'NOTIFY_SOCKET of systemd'))
        .addOption(hidden('--only <path>', 'guard only the file system of this path').argParser(several))
        .addOption(hidden('--while-parent <pid>', 'stop when this is no longer the parent')),
    examples: ['agent', 'agent run --config /etc/davylamp/agent.yml'],
    load: async () => (await import('./agent-run.ts')).agentRunCommand,
  })
  Reflect.set(group, '_defaultCommandName', 'run')
  addCommand(group, outcome, {
    usage: 'join <address>',
    description: 'Join a center: the whole command comes from there (Hosts, Add host).',
    options: command =>
      command
        .requiredOption('--token <token>', 'lets this host in once')
        .requiredOption('--ca <fingerprint>', "SHA-256 of the center's authority: nobody else is believed")
        .option('--name <name>', 'name of this host in the center (default: its hostname)')
        .option('--approver <file>', 'pin the approvers of this file (YAML or JSON) in a new agent.yml')
        .option(...configOption),
    examples: ['agent join https://center.example:8444 --token dl-… --ca 9f2c…'],
    load: async () => (await import('./agent-join.ts')).agentJoinCommand,
  })
  addCommand(group, outcome, {
    usage: 'leave',
    description:
      'Leave the center: forget the identity and go on alone. The center shows the host as offline until it is removed there.',
    options: command => command.option(...configOption).option('--yes', 'do not ask'),
    examples: ['agent leave'],
    load: async () => (await import('./agent-leave.ts')).agentLeaveCommand,
  })
  addCommand(group, outcome, {
    usage: 'status',
    description: 'The same as: davylamp status.',
    options: statusOptions,
    examples: ['agent status', 'agent status --json'],
    load: async () => (await import('./status.ts')).statusCommand,
  })
  addCommand(group, outcome, {
    usage: 'check-config [file]',
    description: 'Check agent.yml: each mistake with its line and what to write.',
    options: command => command.option('--example', 'print a file with all settings and comments instead'),
    examples: [
      'agent check-config',
      'agent check-config ./agent.yml --json',
      'agent check-config --example > /etc/davylamp/agent.yml',
    ],
    load: async () => (await import('./agent-check-config.ts')).agentCheckConfigCommand,
  })
  addCommand(group, outcome, {
    usage: 'install',
    description: 'Install and start the systemd service of the agent.',
    options: command => command.option(...configOption),
    examples: ['agent install'],
    load: async () => (await import('./agent-install.ts')).agentInstallCommand,
  })
  addCommand(group, outcome, {
    usage: 'uninstall',
    description: 'Stop the service and take it away. Runs, quarantine and identity stay in the state folder.',
    options: command => command.option('--yes', 'do not ask'),
    examples: ['agent uninstall'],
    load: async () => (await import('./agent-install.ts')).agentUninstallCommand,
  })
  const shown = group.commands.length
  addCommand(group, outcome, {
    usage: 'before-start',
    description: 'Count the starts of a new version and set it back when it does not come up.',
    examples: ['agent before-start'],
    load: async () => (await import('./agent-before-start.ts')).agentBeforeStartCommand,
  })
  addCommand(group, outcome, {
    usage: 'before-removal',
    description: "Take away timers and blocked addresses before this program's package is removed.",
    examples: ['agent before-removal'],
    load: async () => (await import('./agent-before-removal.ts')).agentBeforeRemovalCommand,
  })
  addCommand(group, outcome, {
    usage: 'package-changed',
    description: 'Say to the agent that a package manager changed its files.',
    examples: ['agent package-changed'],
    load: async () => (await import('./agent-package-changed.ts')).agentPackageChangedCommand,
  })
  for (const one of group.commands.slice(shown)) Reflect.set(one, '_hidden', true)
}
