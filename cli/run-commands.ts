import { Command, CommanderError, Option } from 'commander'
import { defaultState } from './default-state.ts'
import { type Outcome, examplesText } from './command-builder.ts'
import { type ExitCode, exitCodeHelp, exitCodes } from './exit-codes.ts'
import { exitCodeOfError, explainError } from './failure.ts'
import { calledAs, version } from './program-name.ts'

/** Runs one command line with the commands that `tree` has, and says how it ended. */
export async function runCommands(
  tree: (outcome: Outcome, words: readonly string[]) => Command,
  words: readonly string[],
): Promise<ExitCode> {
  const outcome: Outcome = { exitCode: exitCodes.fine }
  try {
    await tree(outcome, words).parseAsync([...words], { from: 'user' })
    return outcome.exitCode
  } catch (error) {
    // Commander has already said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
    process.stderr.write(explainError(error))
    return exitCodeOfError(error)
  }
}

/** The program without a command. */
export function emptyTree(): Command {
  return new Command('davylamp')
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
