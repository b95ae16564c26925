import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { agentFolders, agreeTo, loadConfig, loadProgramHome, loadUnit } from '../agent/index.ts'
import { openHost, type WritableHost } from '../remedies/index.ts'
import { agreedTo } from './agent-agreed.ts'
import { defaultConfig } from './agent-config-path.ts'
import { systemctl } from './agent-service.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { calledAs, lastingLauncher } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'
import { readOptional, reasonOf } from './state/state-files.ts'

const root = join(import.meta.dirname, '..')

export async function agentInstallCommand(options: { readonly config?: string }, context: Context): Promise<ExitCode> {
  requireRoot('Installing the agent')
  requireWritableState(context.state)
  const config = resolve(options.config ?? defaultConfig)
  await checkConfig(config)
  const { packagedUnitPath, unitName, unitPath, unitText, unitWantedPath } = await loadUnit()
  const text = unitText({ ...(await programFolders(context.state)), state: context.state, config })
  // The unit of a package does as long as it says the same; ours would hide the next version's from systemd.
  const packaged = readOptional(packagedUnitPath) === text
  agreeTo(agentFolders(context.state).own, [unitPath, unitWantedPath])
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    for (const path of [unitWantedPath, unitPath]) if (host.files.inspect(path) !== undefined) host.files.unlink(path)
    if (!packaged) await write(host, unitPath, { text })
    await write(host, unitWantedPath, { linkTo: packaged ? packagedUnitPath : unitPath })
  } finally {
    host.close()
  }
  try {
    systemctl(['daemon-reload'])
    systemctl(['restart', unitName])
    context.page.text(`${unitName} is installed and running. See: ${calledAs} status`)
    return exitCodes.fine
  } catch (error) {
    const enabled = packaged ? `${unitName} is enabled` : `${unitPath} was written`
    context.notes.text(`${enabled}, but not started: ${reasonOf(error)}. See: journalctl -u ${unitName}`)
    return exitCodes.left
  }
}

export async function agentUninstallCommand(options: { readonly yes?: boolean }, context: Context): Promise<ExitCode> {
  requireRoot('Uninstalling the agent')
  requireWritableState(context.state)
  const { packagedUnitPath, unitName, unitPath, unitWantedPath } = await loadUnit()
  const command = `${calledAs} agent uninstall`
  if (!(await agreedTo('Stop the agent and take its service away?', { yes: options.yes, command }, context)))
    return exitCodes.left
  const notes: string[] = []
  // Stopped before its file goes: afterwards systemd would no longer know how.
  attempt(() => systemctl(['stop', unitName]), notes)
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    for (const path of [unitWantedPath, unitPath]) if (host.files.inspect(path) !== undefined) host.files.unlink(path)
  } finally {
    host.close()
  }
  attempt(() => systemctl(['daemon-reload']), notes)
  for (const note of notes) context.notes.text(note)
  const how = existsSync(packagedUnitPath) ? 'is stopped and disabled; its package still has it' : 'is gone'
  context.page.text(`${unitName} ${how}. ${context.state} keeps runs, quarantine and identity.`)
  return exitCodes.fine
}

/** A unit that could not start is not installed. */
async function checkConfig(path: string): Promise<void> {
  const { ConfigError, readConfig } = await loadConfig()
  try {
    readConfig(path)
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message)
    throw error
  }
}

/** A package that lies under its own name is started through `current`, so that upgrades can switch it. One file is copied to where it stays. */
async function programFolders(state: string): Promise<{ program: string; previous?: string }> {
  if (lastingLauncher !== join(root, 'davylamp')) return { program: keptProgram(lastingLauncher, state) }
  const { linked, point, programHome } = await loadProgramHome()
  const place = programHome(root)
  if (place === undefined) return { program: root }
  point(place.home, 'current', place.running)
  // Before the first upgrade there is none; systemd would say at each start that its program is missing.
  if (linked(place.home, 'previous') === undefined) point(place.home, 'previous', place.running)
  return { program: join(place.home, 'current'), previous: join(place.home, 'previous') }
}

/** The folder of the state that holds this program in its one file, as `davylamp`. */
function keptProgram(file: string, state: string): string {
  const folder = join(resolve(state), 'program')
  const kept = join(folder, 'davylamp')
  if (file === kept) return folder
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  copyFileSync(file, `${kept}.new`)
  chmodSync(`${kept}.new`, 0o755)
  renameSync(`${kept}.new`, kept)
  return folder
}

type Content = { readonly text: string } | { readonly linkTo: string }

async function write(host: WritableHost, path: string, content: Content): Promise<void> {
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const bytes = Buffer.from('text' in content ? content.text : '')
  host.files.makeDirectories(dirname(path))
  const metadata = {
    type: 'text' in content ? ('file' as const) : ('symlink' as const),
    size: bytes.length,
    uid: 0,
    gid: 0,
    mode: 0o644,
    accessedNs: now,
    modifiedNs: now,
    inode: '0',
    device: '0',
    linkCount: 1,
    flags: 0,
    attributes: [],
  }
  const entry =
    'text' in content
      ? { type: 'file' as const, write: (descriptor: number) => writeFileSync(descriptor, bytes) }
      : { type: 'symlink' as const, target: content.linkTo }
  await host.files.create(path, entry, metadata, 'davylamp-agent-install')
}

function attempt(act: () => void, notes: string[]): void {
  try {
    act()
  } catch (error) {
    notes.push(reasonOf(error))
  }
}
