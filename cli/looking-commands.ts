import { type Command, Option } from 'commander'
import { addCommand, duration, hidden, memoryChoice, type Outcome, percent, several } from './command-builder.ts'

/** Options of every command that looks at a host. */
export function lookOptions(command: Command): Command {
  return command
    .option('--root <dir>', 'a host whose disk is mounted there, instead of this one')
    .option('--observe <duration>', 'watch processes and traffic for that long, such as 60s', duration)
    .option('--traffic', 'with --observe: listen on the own interfaces for talks with mining pools')
    .option('--rules <dir>', 'more Sigma rules; they support a verdict and never make it', several)
    .option('--full', 'read the contents of all local file systems too')
    .option('--path <path>', 'read the contents of this file or folder too; may be given several times', several)
    .option('--remote', 'with --full or --path: also file systems of other machines')
    .option('--memory <which>', 'read the memory of processes: suspects (default of --full) or all', memoryChoice)
    .option('--cpu <percent>', 'take no more of one core than that, such as 20%', percent)
    .option('--no-cache', 'read files again that an earlier scan has read')
    .option('--all-rules', 'let rules of others look at every file, not only at suspicious ones')
    .option('--full-priority', 'do not step back behind other programs')
    .option('--no-save', 'keep nothing of this scan in the state folder')
}

export function statusOptions(command: Command): Command {
  return command
    .option('--watch', 'show it anew each second, until Ctrl-C')
    .option('--prometheus', 'as numbers in the text format of Prometheus')
}

/** Commands that change nothing on a host. */
export function lookingCommands(tree: Command, outcome: Outcome): void {
  addCommand(tree, outcome, {
    usage: 'scan',
    description: 'Look at this host, or a mounted one, and say what is there and why. Changes nothing.',
    options: lookOptions,
    examples: [
      'scan',
      'scan --observe 60s',
      'scan --observe 60s --traffic',
      'scan --full --cpu 20%',
      'scan --path /srv/www --path /home',
      'scan --root /mnt/disk',
      'scan --json > scan.json',
    ],
    load: async () => (await import('./scan.ts')).scanCommand,
  })
  addCommand(tree, outcome, {
    usage: 'watch',
    description: 'Listen to this host and tell at once what starts that should not. With --mode block it is stopped.',
    options: command =>
      command
        .addOption(
          new Option(
            '--mode <mode>',
            'observe tells, block also acts (default: prevention of agent.yml, else observe)',
          ).choices(['observe', 'block']),
        )
        .option('--config <file>', 'another agent.yml: what to listen to, and what may be done')
        .option('--rules <dir>', 'more Sigma rules; they support a verdict and never make it', several)
        .option('--for <duration>', 'end after that long, such as 10m', duration)
        .addOption(hidden('--only <path>', 'guard only the file system of this path').argParser(several)),
    examples: ['watch', 'watch --mode block', 'watch --for 10m --json > detections.jsonl'],
    load: async () => (await import('./watch.ts')).watchCommand,
  })
  addCommand(tree, outcome, {
    usage: 'plan',
    description: 'Scan, and show what clean would do, in order and with reasons. Changes nothing.',
    options: command =>
      planOptions(lookOptions(command)).option('--out <file>', 'write the plan there, for clean --plan'),
    examples: ['plan', 'plan --include suspected', 'plan --out plan.json'],
    load: async () => (await import('./plan.ts')).planCommand,
  })
  addCommand(tree, outcome, {
    usage: 'status',
    description:
      'How the agent of this host stands: sensors, prevention, what was noticed, scans, what it takes, who touched it. Exit status 30 when something is wrong.',
    options: statusOptions,
    examples: ['status', 'status --watch', 'status --json', 'status --prometheus > davylamp.prom'],
    load: async () => (await import('./status.ts')).statusCommand,
  })
  addCommand(tree, outcome, {
    usage: 'explain <id>',
    description: 'All there is about an incident, a finding or a rule. The first letters of the id are enough.',
    options: command => command.option('--root <dir>', 'from the last scan of that tree'),
    examples: ['explain 3f2a91bc', 'explain 3f2a91bc --json'],
    load: async () => (await import('./explain.ts')).explainCommand,
  })
  addCommand(tree, outcome, {
    usage: 'report [incident]',
    description: 'Write an incident of the last scan (or all) as one HTML file with timeline, graph and plan.',
    options: command =>
      command.option('--out <file>', 'where to write it').option('--root <dir>', 'from the last scan of that tree'),
    examples: ['report', 'report 3f2a91bc --out incident.html'],
    load: async () => (await import('./report.ts')).reportCommand,
  })
}

/** Options that decide what is in a plan. */
export function planOptions(command: Command): Command {
  return command
    .option('--include <verdict>', 'also act on incidents that are only suspected: --include suspected')
    .option('--incident <id>', 'only this incident; may be given several times', several)
    .option(
      '--handling <how>',
      'how much: terminate (stop the processes), terminate-and-quarantine (their files too), in-depth (default: everything)',
    )
    .option('--finding <id>', 'only what this finding is about')
    .option('--reinstall', 'put back packages whose files were replaced and have no sound original')
    .option('--block-for <duration>', 'how long addresses stay blocked (default 24h)', duration)
}
