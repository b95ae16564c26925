import { agentFolders, agreeTo, loadUnit } from '../agent/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { packagedProgram } from './program-name.ts'
import { requireRoot } from './state/permission.ts'

/** Called by the package of a distribution after it put its files there, and before the agent starts: that change is nobody's attack. */
export async function agentPackageChangedCommand(_: object, context: Context): Promise<ExitCode> {
  requireRoot('Upgrading the program')
  const { packagedUnitPath, unitWantedPath } = await loadUnit()
  agreeTo(agentFolders(context.state).own, [packagedProgram, packagedUnitPath, unitWantedPath])
  return exitCodes.fine
}
