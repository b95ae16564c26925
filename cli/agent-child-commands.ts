import type { Command } from 'commander'
import { orderOptions } from './acting-commands.ts'
import { addCommand, hidden, type Outcome, percent, several } from './command-builder.ts'

/**
 * Commands that only the agent calls: its own process stays small because looking and judging is done by children that end. They
 * speak JSON lines and no help shows them. Called after `agent` itself was declared.
 */
export function agentChildCommands(tree: Command, outcome: Outcome): void {
  const group = tree.commands.find(one => one.name() === 'agent') ?? tree.command('agent', { hidden: true })
  const before = group.commands.length
  addCommand(group, outcome, {
    usage: 'look',
    description: 'Scan, keep the plans, print reports for the center as JSON lines.',
    options: command =>
      orderOptions(command)
        .addOption(hidden('--root <dir>', 'a mounted host instead of this one'))
        .addOption(hidden('--full', 'read the contents of all local file systems'))
        .addOption(hidden('--path <path>', 'read the contents of this file or folder').argParser(several))
        .addOption(hidden('--cpu <percent>', 'no more of one core').argParser(percent))
        .addOption(hidden('--whole-inventory', 'all of the inventory and not only what changed'))
        .addOption(hidden('--only-inventory', 'report the inventory and nothing else')),
    examples: ['agent look'],
    load: async () => (await import('./agent-look.ts')).agentLookCommand,
  })
  addCommand(group, outcome, {
    usage: 'judge',
    description: 'Read an order of the center from standard input, judge it and write it down.',
    options: command => command,
    examples: ['agent judge < request.json'],
    load: async () => (await import('./agent-judge.ts')).agentJudgeCommand,
  })
  addCommand(group, outcome, {
    usage: 'processes',
    description: 'Print the processes of this host for the center, as a line of JSON.',
    options: command =>
      orderOptions(command).addOption(hidden('--root <dir>', 'a mounted host, which has no processes')),
    examples: ['agent processes'],
    load: async () => (await import('./agent-processes.ts')).agentProcessesCommand,
  })
  addCommand(group, outcome, {
    usage: 'prepare-rules',
    description: 'Read the rules over events and keep them as the agent can use them.',
    options: command =>
      command.addOption(hidden('--rules <dir>', 'further rules of others in this folder').argParser(several)),
    examples: ['agent prepare-rules'],
    load: async () => (await import('./agent-prepare-rules.ts')).agentPrepareRulesCommand,
  })
  addCommand(group, outcome, {
    usage: 'compile-rules',
    description: 'Compile the rules over contents and keep them for the guard.',
    options: command =>
      command.addOption(hidden('--rules <dir>', 'further rules of others in this folder').argParser(several)),
    examples: ['agent compile-rules'],
    load: async () => (await import('./agent-compile-rules.ts')).agentCompileRulesCommand,
  })
  addCommand(group, outcome, {
    usage: 'send-quarantined <entry>',
    description: 'Send a quarantined file to the center.',
    options: command =>
      orderOptions(command)
        .addOption(hidden('--sha256 <hash>', 'its content'))
        .addOption(hidden('--root <dir>', 'a mounted host; the quarantine lies in the state folder')),
    examples: ['agent send-quarantined --order 01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f 20261121T204512Z-3fa9-4'],
    load: async () => (await import('./agent-send-quarantined.ts')).agentSendQuarantinedCommand,
  })
  addCommand(group, outcome, {
    usage: 'guard',
    description: 'Answer questions of the agent about processes, files and places, and keep out what is confirmed.',
    options: command => command,
    examples: ['agent guard'],
    load: async () => (await import('./agent-guard.ts')).agentGuardCommand,
  })
  addCommand(group, outcome, {
    usage: 'respond',
    description: 'Read detections from standard input and do about them what agent.yml lets it do by itself.',
    options: command => command.addOption(hidden('--root <dir>', 'a mounted host instead of this one')),
    examples: ['agent respond < request.json'],
    load: async () => (await import('./agent-respond.ts')).agentRespondCommand,
  })
  for (const command of group.commands.slice(before)) Reflect.set(command, '_hidden', true)
}
