import { join } from 'node:path'
import { agentFolders, agreeTo, loadConfig, loadConfigEdit, loadIdentity } from '../agent/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { serviceActive, systemctl } from './agent-service.ts'
import { agreedTo } from './agent-agreed.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { calledAs } from './program-name.ts'
import { requireRoot } from './state/permission.ts'

export async function agentLeaveCommand(
  options: { readonly config?: string; readonly yes?: boolean },
  context: Context,
): Promise<ExitCode> {
  requireRoot('Leaving a center')
  const { forgetIdentity, readIdentity } = await loadIdentity()
  const folders = agentFolders(context.state)
  const identity = readIdentity(folders)
  if (identity === undefined) throw new CommandError('This host has joined no center.')
  const question = `Leave ${identity.center}? It will get no more reports and can do nothing here.`
  const command = `${calledAs} agent leave`
  if (!(await agreedTo(question, { yes: options.yes, command }, context))) return exitCodes.left
  const config = options.config ?? defaultConfig
  agreeTo(folders.own, [config, join(folders.own, 'identity.json')])
  try {
    ;(await loadConfigEdit()).setCenter(config, undefined)
  } catch (error) {
    if (!(error instanceof (await loadConfig()).ConfigError)) throw error
    context.notes.text(`${error.message}\nTake "center:" out of ${config} yourself.`)
  }
  forgetIdentity(folders)
  if (serviceActive()) systemctl(['restart', 'davylamp-agent.service'])
  context.page.text(
    `This host has left ${identity.center}. Remove it there too: its certificate is good until it is revoked.`,
  )
  return exitCodes.fine
}
