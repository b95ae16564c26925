import type { Command } from 'commander'
import { addCommand, type Outcome, several, wholeNumber } from '../command-builder.ts'
import { followOption, groupOfCommands, listOptions, percent, yesOption } from './declared-options.ts'

/** Hosts of a center, and what is asked of them there. What acts on this host alone is a command without `hosts`. */
export function hostsCommands(tree: Command, outcome: Outcome): void {
  const group = groupOfCommands(
    tree,
    'hosts',
    'Hosts of the center: list, change, scan, undo, restore … The commands scan, undo, quarantine and runs act on this host alone; here they act on others.',
    'list',
  ).summary('Hosts of the center: list, change, scan, undo, restore …')
  readingCommands(group, outcome)
  changingCommands(group, outcome)
  workCommands(group, outcome)
}

function readingCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'list',
    description: 'List hosts, by name.',
    options: command =>
      listOptions(command)
        .option('--text <text>', 'in name, host name, address, owner or note')
        .option('--group <name>', 'of that group and those below it')
        .option('--region <text>', 'of that region')
        .option('--tag <tag>', 'with that tag')
        .option('--owner <text>', 'of that owner')
        .option('--verdict <verdict>', 'unknown, nothing, exposure, suspected or confirmed')
        .option('--online', 'only those that are connected')
        .option('--offline', 'only those that are not'),
    examples: ['hosts', 'hosts list --verdict confirmed', 'hosts list --offline --json'],
    load: async () => (await import('./hosts.ts')).listCommand,
  })
  addCommand(group, outcome, {
    usage: 'show <host>',
    description: 'One host with its agent: presence, version, cost, losses, tampering.',
    examples: ['hosts show web-3'],
    load: async () => (await import('./hosts.ts')).showCommand,
  })
  addCommand(group, outcome, {
    usage: 'inventory <host>',
    description: 'What is on a host: autostarts, keys, accounts, packages, listeners, modules.',
    options: command =>
      listOptions(command)
        .option('--kind <kind>', 'only that kind')
        .option('--text <text>', 'only what holds that text'),
    examples: ['hosts inventory web-3 --kind listener'],
    load: async () => (await import('./hosts.ts')).inventoryCommand,
  })
  addCommand(group, outcome, {
    usage: 'changes',
    description: 'What changed in the inventory since when, of one host or of all.',
    options: command =>
      listOptions(command)
        .option('--host <name>', 'only of that host')
        .option('--group <name>', 'only of that group')
        .option('--kind <kind>', 'only that kind')
        .option('--since <when>', 'a duration such as 24h, a date or a time'),
    examples: ['hosts changes --since 24h', 'hosts changes --host web-3'],
    load: async () => (await import('./hosts.ts')).changesCommand,
  })
  addCommand(group, outcome, {
    usage: 'processes <host>',
    description:
      'The processes of a host when it was last asked, those that use most first; with --refresh those of now.',
    options: command =>
      command
        .option('--refresh', 'ask the host first, and wait for its answer')
        .option('--limit <number>', 'at most so many (default 50)', wholeNumber)
        .option('--all', 'all that were reported'),
    examples: ['hosts processes web-3 --refresh'],
    load: async () => (await import('./host-processes.ts')).processesCommand,
  })
  addCommand(group, outcome, {
    usage: 'events <host>',
    description: 'What happened to a host: enrolled, offline, back, tampering, clock.',
    options: listOptions,
    examples: ['hosts events web-3'],
    load: async () => (await import('./hosts.ts')).eventsCommand,
  })
  addCommand(group, outcome, {
    usage: 'summary',
    description: 'Counts and score over all hosts that you may see, and what takes most away.',
    options: command => command.option('--group <name>', 'only of that group'),
    examples: ['hosts summary'],
    load: async () => (await import('./hosts.ts')).summaryCommand,
  })
  addCommand(group, outcome, {
    usage: 'facets',
    description: 'The regions, tags, owners and versions that there are.',
    examples: ['hosts facets'],
    load: async () => (await import('./hosts.ts')).facetsCommand,
  })
  addCommand(group, outcome, {
    usage: 'agents',
    description: 'Agents with version, presence, cost and tampering.',
    options: command =>
      listOptions(command)
        .option('--is <state>', 'active (default), pending, revoked or replaced')
        .option('--group <name>', 'only of that group')
        .option('--tampered', 'only those that somebody touched'),
    examples: ['hosts agents', 'hosts agents --tampered'],
    load: async () => (await import('./host-agents.ts')).agentsCommand,
  })
  addCommand(group, outcome, {
    usage: 'agent <id>',
    description: 'One agent by its id, also one that is revoked or replaced.',
    examples: ['hosts agent 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f'],
    load: async () => (await import('./host-agents.ts')).agentCommand,
  })
}

function changingCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'set <host>',
    description: 'Change how a host is called and sorted.',
    options: command =>
      command
        .option('--name <text>', 'its name in the center')
        .option('--group <name>', 'its group')
        .option('--region <text>', 'its region')
        .option('--owner <text>', 'whose it is')
        .option('--tags <list>', 'its tags, with commas; empty: none')
        .option('--note <text>', 'a note'),
    examples: ['hosts set web-3 --group shop --tags edge,eu'],
    load: async () => (await import('./hosts.ts')).setCommand,
  })
  addCommand(group, outcome, {
    usage: 'move <host...>',
    description:
      'Move hosts to another group, with their alerts: all of them, or none. The policy of that group then holds.',
    options: command => command.requiredOption('--to <group>', 'the group'),
    examples: ['hosts move web-1 web-2 --to shop'],
    load: async () => (await import('./hosts.ts')).moveCommand,
  })
  addCommand(group, outcome, {
    usage: 'remove <host...>',
    description: 'Take hosts out of the center. Their agents are revoked; nothing changes on the hosts themselves.',
    options: yesOption,
    examples: ['hosts remove web-3'],
    load: async () => (await import('./hosts.ts')).removeCommand,
  })
  addCommand(group, outcome, {
    usage: 'revoke-agent <host>',
    description:
      'Cut the agent of a host off at once, as when somebody copied its key. It joins again only with a new token.',
    options: command => yesOption(command).requiredOption('--because <text>', 'why, for the audit log'),
    examples: ['hosts revoke-agent web-3 --because "its disk was stolen"'],
    load: async () => (await import('./host-agents.ts')).revokeAgentCommand,
  })
}

function workCommands(group: Command, outcome: Outcome): void {
  addCommand(group, outcome, {
    usage: 'scan [host...]',
    description: 'Ask hosts to scan now.',
    options: command =>
      followOption(command)
        .option('--group <name>', 'all of a group; may be given several times', several)
        .option('--tag <tag>', 'all with a tag; may be given several times', several)
        .option('--all', 'all hosts')
        .option('--mode <mode>', 'quick (default), full or path')
        .option('--path <path>', 'only what lies below that path')
        .option('--cpu <percent>', 'at most that share of a core', percent),
    examples: ['hosts scan web-3 --follow', 'hosts scan --group shop', 'hosts scan --all'],
    load: async () => (await import('./host-work.ts')).scanCommand,
  })
  addCommand(group, outcome, {
    usage: 'upgrade [host...]',
    description:
      'Replace the agents of hosts by the newest signed release in the package folder of the center, where their owners allow it. Shows first which version becomes which.',
    options: command =>
      followOption(yesOption(command))
        .option('--group <name>', 'all of a group; may be given several times', several)
        .option('--tag <tag>', 'all with a tag; may be given several times', several)
        .option('--all', 'all hosts'),
    examples: ['hosts upgrade web-3', 'hosts upgrade --group shop --yes --follow'],
    load: async () => (await import('./host-upgrade.ts')).upgradeCommand,
  })
  addCommand(group, outcome, {
    usage: 'scans',
    description: 'Scans of hosts, newest first.',
    options: command => listOptions(command).option('--host <name>', 'only of that host'),
    examples: ['hosts scans --host web-3'],
    load: async () => (await import('./host-work.ts')).scansCommand,
  })
  addCommand(group, outcome, {
    usage: 'runs',
    description: 'Plans that hosts carried out, newest first.',
    options: command =>
      listOptions(command)
        .option('--host <name>', 'only of that host')
        .option('--is <state>', 'running, complete, partial, undone or partly-undone'),
    examples: ['hosts runs', 'hosts runs --is partial'],
    load: async () => (await import('./host-work.ts')).runsCommand,
  })
  addCommand(group, outcome, {
    usage: 'run <host> <run>',
    description: 'One run with what became of each action, and its proof.',
    examples: ['hosts run web-3 20261121T204512Z-3fa9'],
    load: async () => (await import('./host-work.ts')).runCommand,
  })
  addCommand(group, outcome, {
    usage: 'undo <host> <run>',
    description: 'Take back a run of a host, or one action of it with those that depend on it.',
    options: command => followOption(yesOption(command)).option('--action <number>', 'only this action', wholeNumber),
    examples: ['hosts undo web-3 20261121T204512Z-3fa9 --follow'],
    load: async () => (await import('./host-work.ts')).undoCommand,
  })
  addCommand(group, outcome, {
    usage: 'quarantine',
    description: 'What lies in the quarantine boxes of hosts.',
    options: command =>
      listOptions(command)
        .option('--host <name>', 'only of that host')
        .option('--sha256 <hash>', 'only that content')
        .option('--text <text>', 'only where the path or reason holds that text'),
    examples: ['hosts quarantine', 'hosts quarantine --sha256 9f2c…'],
    load: async () => (await import('./host-work.ts')).quarantineCommand,
  })
  addCommand(group, outcome, {
    usage: 'restore <host> <entry>',
    description: 'Put a quarantined file of a host back to where it lay.',
    options: command => followOption(yesOption(command)),
    examples: ['hosts restore web-3 20261121T204512Z-3fa9-4'],
    load: async () => (await import('./host-work.ts')).restoreCommand,
  })
  addCommand(group, outcome, {
    usage: 'fetch <host> <entry>',
    description: 'Ask a host for a quarantined file. The center keeps it for an hour, for download.',
    options: followOption,
    examples: ['hosts fetch web-3 20261121T204512Z-3fa9-4 --follow'],
    load: async () => (await import('./host-quarantine.ts')).fetchCommand,
  })
  addCommand(group, outcome, {
    usage: 'download <host> <entry>',
    description:
      'Save a fetched file as an encrypted ZIP archive whose password is "infected". It is never unpacked here.',
    options: command => command.option('--output <file>', 'a new file (default: ENTRY.zip in this folder)'),
    examples: ['hosts download web-3 20261121T204512Z-3fa9-4 --output sample.zip'],
    load: async () => (await import('./host-quarantine.ts')).downloadCommand,
  })
  addCommand(group, outcome, {
    usage: 'blocked',
    description: 'Addresses that hosts report as blocked now.',
    options: command =>
      listOptions(command)
        .option('--host <name>', 'only of that host')
        .option('--address <address>', 'only that address'),
    examples: ['hosts blocked --address 198.51.100.7'],
    load: async () => (await import('./host-work.ts')).blockedCommand,
  })
}
