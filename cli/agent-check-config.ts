import { resolve } from 'node:path'
import { loadAgentSettings, loadConfig } from '../agent/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** With `--example` it prints all settings as remarks; with `--json` the whole policy, defaults filled in: the agent's own process reads it that way. */
export async function agentCheckConfigCommand(
  { example }: { readonly example?: boolean },
  context: Context,
  file?: string,
): Promise<ExitCode> {
  if (example === true) {
    if (file !== undefined) throw new CommandError('--example prints a file and checks none')
    context.raw((await loadAgentSettings()).agentYmlText())
    return exitCodes.fine
  }
  const { ConfigError, readConfig } = await loadConfig()
  const path = resolve(file ?? defaultConfig)
  try {
    const config = readConfig(path)
    if (config.notify.length > 0) await checkChannels(config.notify, path)
    if (context.json) context.print(config)
    else context.page.text(`${path} is fine. The agent takes it over with: systemctl reload davylamp-agent`)
    return exitCodes.fine
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message)
    throw error
  }
}

async function checkChannels(entries: readonly unknown[], path: string): Promise<void> {
  const { localNotifier, SettingsError } = await import('../notify/index.ts')
  try {
    localNotifier(entries).close()
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(`${path}: ${error.message}`)
    throw error
  }
}
