import type { Command } from 'commander'
import { actingCommands } from './acting-commands.ts'
import { agentChildCommands } from './agent-child-commands.ts'
import { agentCommands } from './agent-commands.ts'
import type { Outcome } from './command-builder.ts'
import type { ExitCode } from './exit-codes.ts'
import { keepingCommands } from './keeping-commands.ts'
import { lookingCommands } from './looking-commands.ts'
import { centerCommands } from './center/center-commands.ts'
import { remoteCommands } from './center/remote-commands.ts'
import { notifyCommands } from './notify-commands.ts'
import { emptyTree, runCommands } from './run-commands.ts'

/** Runs one command line and says how it ended. */
export function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  return runCommands(commandTree, words)
}

/** All commands with their options; the completion scripts are made from it too. Those that `words` cannot mean may be left out. */
export function commandTree(outcome: Outcome, words: readonly string[]): Command {
  const tree = emptyTree()
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
