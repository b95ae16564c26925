import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { agentFolders, agreeTo } from '../agent/index.ts'
import { replaceFile } from '../native/own-file.ts'
import { lowerOwnPriority } from '../native/read/own-priority.ts'
import { preparedPath, prepareEventRules, rulePlaces, writePrepared } from '../rulebook/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { packFolders } from './state/rule-packs.ts'

/**
 * For the agent: reads the rules over events of the program, of packs and of the folders named, and keeps them where the agent's own
 * process finds them, which has no room for what reads rule files. Prints one line of JSON.
 */
export async function agentPrepareRulesCommand(
  { rules: named = [] }: { readonly rules?: readonly string[] },
  context: Context,
): Promise<ExitCode> {
  lowerOwnPriority()
  const folders = [...packFolders(context.state), ...packsOfCenter(context.state), ...named]
  const { prepared, problems } = prepareEventRules(folders, { places: rulePlaces(context.state, named) })
  agreeTo(agentFolders(context.state).own, [preparedPath(context.state)])
  replaceFile(preparedPath(context.state), writePrepared(prepared))
  const rules = prepared.own.length + prepared.foreign.length
  context.raw(`${JSON.stringify({ version: prepared.digest, rules, problems })}\n`)
  return exitCodes.fine
}

function packsOfCenter(state: string): string[] {
  const folder = join(state, 'agent', 'packs')
  try {
    return readdirSync(folder).some(name => /\.ya?ml$/.test(name)) ? [folder] : []
  } catch {
    return []
  }
}
