import type { Command } from 'commander'
import { addCommand, type Outcome } from '../command-builder.ts'
import { againstCenter, forOption, groupOfCommands, listOptions, yesOption } from './declared-options.ts'

/** What was asked of hosts, and who agrees to it. */
export function ordersCommands(tree: Command, outcome: Outcome): void {
  taskCommands(
    groupOfCommands(
      tree,
      'tasks',
      'What was asked of hosts: one task for each thing that was asked, with an order for each host.',
      'list',
    ),
    outcome,
  )
  orderCommands(groupOfCommands(tree, 'orders', 'Orders to single hosts, and what became of them.', 'list'), outcome)
  approvalCommands(tree, outcome)
  approverCommands(
    groupOfCommands(
      tree,
      'approver',
      'Keys with which people approve orders so that hosts believe them without believing the center.',
      'list',
    ),
    outcome,
  )
}

function taskCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List tasks, newest first.',
    options: command =>
      listOptions(command)
        .option('--running', 'only those that have not ended')
        .option('--kind <kind>', 'only of that kind'),
    examples: ['tasks', 'tasks list --running'],
    load: async () => (await import('./tasks.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <task>',
    description: 'One task with all its orders.',
    examples: ['tasks show 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./tasks.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'follow <task>',
    description:
      'Tell each step until all hosts are done, with the proof. Exit status 30 when something was not done or not proven. Ctrl-C ends only the telling.',
    examples: ['tasks follow 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./tasks.ts')).followCommand,
  })
  addCommand(group, outcome, {
    usage: 'cancel <task>',
    description:
      'Cancel what has not begun, and ask hosts to stop long scans. A run that changes a host is never cut in the middle.',
    options: yesOption,
    examples: ['tasks cancel 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./tasks.ts')).cancelCommand,
  })
}

function orderCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List orders, newest first.',
    options: command =>
      listOptions(command)
        .option(
          '--is <state>',
          'waiting-approval, queued, sent, accepted, running, done, partial, refused, failed, cancelled or expired',
        )
        .option('--host <name>', 'only to that host')
        .option('--task <id>', 'only of that task')
        .option('--alert <id>', 'only because of that alert'),
    examples: ['orders list --is waiting-approval', 'orders list --host web-3'],
    load: async () => (await import('./tasks.ts')).ordersCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <order>',
    description: 'One order with the steps of its run so far, and why it was refused.',
    examples: ['orders show 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./tasks.ts')).orderCommand,
  })
}

function approvalCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'approve <order...>',
    description:
      'Approve orders that somebody else made: show what each would do, ask. With --key it is signed, so that hosts which pin that key believe it; what is signed is checked here to be what is shown.',
    options: command =>
      forOption(yesOption(command), 'how long a signature holds (default 1h)')
        .summary('Approve orders that somebody else made, signed with --key.')
        .option('--key <file>', 'sign with this key (of: approver new-key)')
        .option('--name <name>', 'the name under which hosts pin the key (default: that in the file)'),
    examples: [
      'approve 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
      'approve 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --key ~/.davylamp-approver.pem',
    ],
    load: async () => (await import('./approve.ts')).approveCommand,
  })
  addCommand(tree, outcome, {
    usage: 'refuse <order...>',
    description: 'Refuse orders that wait for approval.',
    options: command => command.requiredOption('--reason <text>', 'why; whoever made them reads it'),
    examples: ['refuse 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f --reason "that is our build server"'],
    load: async () => (await import('./tasks.ts')).refuseCommand,
  })
  for (const command of tree.commands.slice(-2)) command.helpGroup(againstCenter)
}

function approverCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List the public keys that people have registered.',
    examples: ['approver list'],
    load: async () => (await import('./approver.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'new-key <file>',
    description: 'Make a key for approvals, and print what goes into agent.yml. Needs no center and no network.',
    options: command =>
      command
        .requiredOption('--name <name>', 'whose it is, as hosts pin it')
        .option('--no-passphrase', 'keep it in the file without one'),
    examples: ['approver new-key ~/.davylamp-approver.pem --name mira'],
    load: async () => (await import('./approver.ts')).newKeyCommand,
  })
  addCommand(group, outcome, {
    usage: 'key <file>',
    description: 'Print the public half of a key again, for agent.yml.',
    options: command => command.option('--name <name>', 'whose it is, as hosts pin it (default: that in the file)'),
    examples: ['approver key ~/.davylamp-approver.pem'],
    load: async () => (await import('./approver.ts')).keyCommand,
  })
  addCommand(group, outcome, {
    usage: 'register <file>',
    description:
      'Tell the center the public half of your key. Hosts believe it once their owner has put it into agent.yml.',
    options: command => command.option('--name <name>', 'whose it is, as hosts pin it (default: that in the file)'),
    examples: ['approver register ~/.davylamp-approver.pem'],
    load: async () => (await import('./approver.ts')).registerCommand,
  })
  addCommand(group, outcome, {
    usage: 'revoke <key>',
    description: 'The center believes a key no more. Take it out of agent.yml on the hosts as well.',
    examples: ['approver revoke mira'],
    load: async () => (await import('./approver.ts')).revokeCommand,
  })
}
