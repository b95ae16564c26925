import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { loadConfig } from '../agent/index.ts'
import { type LocalNotifier, localNotifier, SettingsError } from '../notify/index.ts'
import { defaultConfig } from './agent-config-path.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

interface NotifyOptions {
  readonly config?: string
}

/** Exit status 30 when the receiver did not take the message. */
export async function notifyTestCommand(options: NotifyOptions, context: Context, channel: string): Promise<ExitCode> {
  const notifier = await notifierOf(options)
  for (const warning of notifier.warnings) context.notes.text(`Warning: ${warning}`)
  const host = hostname()
  const delivery = await orCommandError(() => notifier.test(channel, { id: host, name: host }))
  if (context.json) context.print({ format: 'davylamp-notify-test', version: 1, channel, ...delivery })
  else
    context.page.text(
      delivery.result === 'delivered' ? `Delivered: ${delivery.detail}` : `Not delivered: ${delivery.detail}`,
    )
  return delivery.result === 'delivered' ? exitCodes.fine : exitCodes.left
}

export async function notifyListCommand(options: NotifyOptions, context: Context): Promise<ExitCode> {
  const { names, warnings } = await notifierOf(options)
  if (context.json) context.print({ format: 'davylamp-notify', version: 1, channels: names, warnings })
  else if (names.length === 0) context.page.text(`No channels: write them below \`notify:\` in ${pathOf(options)}.`)
  else for (const name of names) context.page.text(name)
  for (const warning of warnings) context.notes.text(`Warning: ${warning}`)
  return exitCodes.fine
}

async function notifierOf(options: NotifyOptions): Promise<LocalNotifier> {
  const { ConfigError, readConfig } = await loadConfig()
  try {
    const { notify } = readConfig(pathOf(options))
    return await orCommandError(() => localNotifier(notify))
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message)
    throw error
  }
}

async function orCommandError<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message)
    throw error
  }
}

function pathOf({ config }: NotifyOptions): string {
  return resolve(config ?? defaultConfig)
}
