import type { Command } from 'commander'
import { agentChildCommands } from './agent-child-commands.ts'
import { agentCommands } from './agent-commands.ts'
import type { Outcome } from './command-builder.ts'
import type { ExitCode } from './exit-codes.ts'
import { emptyTree, runCommands } from './run-commands.ts'

/** As `runCommandLine`, for the agent and its guard, which stay for months and need not carry all other commands along. */
export function runLasting(words: readonly string[]): Promise<ExitCode> {
  return runCommands(agentTree, words)
}

function agentTree(outcome: Outcome): Command {
  const tree = emptyTree()
  agentCommands(tree, outcome)
  agentChildCommands(tree, outcome)
  return tree
}
