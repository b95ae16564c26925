import { lowerOwnPriority } from '../native/read/own-priority.ts'
import { openRules } from '../rulebook/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { compiledRulesFolder, packFolders } from './state/rule-packs.ts'

/**
 * For the guard: compiles the rules over contents and keeps them for it. Compiling takes memory that a process does not get rid of again.
 */
export async function agentCompileRulesCommand(
  { rules: named = [] }: { readonly rules?: readonly string[] },
  context: Context,
): Promise<ExitCode> {
  lowerOwnPriority()
  await openRules([...named, ...packFolders(context.state)]).content.compiled(compiledRulesFolder(context.state))
  return exitCodes.fine
}
