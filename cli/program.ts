import { Command, CommanderError, Option } from 'commander'
import { actingCommands } from './acting-commands.ts'
import { agentChildCommands } from './agent-child-commands.ts'
import { agentCommands } from './agent-commands.ts'
import { defaultState } from './default-state.ts'
import { examplesText, type Outcome } from './command-builder.ts'
import { type ExitCode, exitCodeHelp, exitCodes } from './exit-codes.ts'
import { exitCodeOfError, explainError } from './failure.ts'
import { keepingCommands } from './keeping-commands.ts'
import { lookingCommands } from './looking-commands.ts'
import { centerCommands } from './center/center-commands.ts'
import { remoteCommands } from './center/remote-commands.ts'
import { notifyCommands } from './notify-commands.ts'
import { calledAs, version } from './program-name.ts'

/** Runs one command line and says how it ended. */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  const outcome: Outcome = { exitCode: exitCodes.fine }
  try {
    await commandTree(outcome, words).parseAsync([...words], { from: 'user' })
    return outcome.exitCode
  } catch (error) {
    // Commander has already said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
    process.stderr.write(explainError(error))
    return exitCodeOfError(error)
  }
}

/** All commands with their options; the completion scripts are made from it too. Those that `words` cannot mean may be left out. */
export function commandTree(outcome: Outcome, words: readonly string[]): Command {
  const tree = new Command('davylamp')
    .description('Finds the cryptominer on a Linux server, removes all of it, proves that it stays gone.')
    .version(version, '-V, --version', 'print the version')
    .addOption(new Option('--state <dir>', 'where runs, quarantine and allowlist are kept').default(defaultState))
    .option('--json', 'one JSON document on standard output and nothing else (docs/schemas)')
    .option('--no-color', 'no colours on a terminal (NO_COLOR=1 does the same)')
    .helpCommand('help [command]', 'show what a command does')
    .showHelpAfterError(`(for all that there is: ${calledAs} --help)`)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: helpWidth() })
    .addHelpText('after', `\nExamples:\n${examplesText(firstSteps)}\n\n${exitCodeHelp}`)
  lookingCommands(tree, outcome)
  actingCommands(tree, outcome)
  keepingCommands(tree, outcome)
  // Last: it adds to the commands of the agent.
  agentCommands(tree, outcome)
  agentChildCommands(tree, outcome)
  notifyCommands(tree, outcome)
  centerCommands(tree, outcome)
  // A hundred commands that the agent, or a scan of this host, need not carry along.
  if (!staysHere.has(firstWord(words))) remoteCommands(tree, outcome)
  return tree
}

const staysHere = new Set(['scan', 'watch', 'plan', 'clean', 'prove', 'status', 'agent'])

/** The command that is named, after options that stand before it. */
function firstWord(words: readonly string[]): string {
  const at = words.findIndex((word, place) => !word.startsWith('-') && words[place - 1] !== '--state')
  return words[at] ?? ''
}

const firstSteps = [
  'up                       a center, an agent for this host, and the first scan',
  'scan                     what is on this host',
  'clean                    show the plan, ask, remove it, prove it',
  'undo                     take the last run back',
  'scan --root /mnt/disk    a disk that is mounted here',
]

function helpWidth(): number {
  return Math.min(Math.max(Number(process.env['COLUMNS'] || process.stdout.columns || 100), 60), 110)
}
