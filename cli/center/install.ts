import { join, resolve } from 'node:path'
import { agreedTo } from '../agent-agreed.ts'
import { systemctl } from '../agent-service.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { requireRoot, requireWritableState } from '../state/permission.ts'
import { reasonOf } from '../state/state-files.ts'
import { installUnit, removeUnit } from '../unit-files.ts'
import { parseListen } from './listen.ts'
import type { CenterRunOptions } from './run-center.ts'
import { centerUnitText } from './unit.ts'

const unit = 'davylamp-center.service'

export async function centerInstallCommand(options: CenterRunOptions, context: Context): Promise<ExitCode> {
  requireRoot('Installing the center')
  requireWritableState(context.state)
  parseListen(options.listen, '--listen')
  parseListen(options.agents, '--agents')
  const launcher = join(import.meta.dirname, '..', '..', 'davylamp')
  await installUnit(
    unit,
    centerUnitText([launcher, '--state', resolve(context.state), 'center', 'run', ...wordsOf(options)]),
    context.state,
  )
  try {
    systemctl(['daemon-reload'])
    systemctl(['restart', unit])
    context.page.text(`${unit} is installed and running. What it printed at its first start: journalctl -u ${unit}`)
    return exitCodes.fine
  } catch (error) {
    context.notes.text(`${unit} was written, but not started: ${reasonOf(error)}. See: journalctl -u ${unit}`)
    return exitCodes.left
  }
}

export async function centerUninstallCommand(options: { readonly yes?: boolean }, context: Context): Promise<ExitCode> {
  requireRoot('Uninstalling the center')
  const command = `${calledAs} center uninstall`
  if (!(await agreedTo('Stop the center and take its service away?', { yes: options.yes, command }, context)))
    return exitCodes.left
  try {
    systemctl(['stop', unit])
  } catch (error) {
    context.notes.text(reasonOf(error))
  }
  await removeUnit(unit, context.state)
  try {
    systemctl(['daemon-reload'])
  } catch (error) {
    context.notes.text(reasonOf(error))
  }
  context.page.text(`${unit} is gone. ${context.state} keeps its data.`)
  return exitCodes.fine
}

/** The options again, as words for the unit. */
function wordsOf(options: CenterRunOptions): string[] {
  const { certificate, key, packages } = options
  const paths = { certificate, key, packages }
  return [
    '--listen',
    options.listen,
    '--agents',
    options.agents,
    ...(options.store === undefined ? [] : ['--store', options.store]),
    ...(options.address === undefined ? [] : ['--address', options.address]),
    ...Object.entries(paths).flatMap(([name, path]) => (path === undefined ? [] : [`--${name}`, resolve(path)])),
    ...(options.trustProxy ?? []).flatMap(one => ['--trust-proxy', one]),
    '--log',
    options.log,
  ]
}
