import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { shownTime } from '../engine/index.ts'
import { openHost, showRun, undoRun, Vault, type VaultEntry } from '../remedies/index.ts'
import { agreed, canAsk } from './ask.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { styled } from './print/page.ts'
import { calledAs } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'
import { reasonOf } from './state/state-files.ts'

/** Lists everything that is kept. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  const entries = vaultOf(context).list()
  if (context.json) context.print({ format: 'davylamp-quarantine', version: 1, entries })
  else if (entries.length === 0) context.page.text('The quarantine is empty.')
  else
    context.page.table(
      entries.map(one => [one.id, one.why, `${one.size} bytes`, one.origin]),
      0,
    )
  return exitCodes.fine
}

export async function showCommand(_: object, context: Context, id: string): Promise<ExitCode> {
  const entry = find(id, context)
  if (context.json) {
    context.print(entry)
    return exitCodes.fine
  }
  const seconds = Number(BigInt(entry.modifiedNs) / 1_000_000_000n)
  context.page.text(styled(entry.origin, 'strong'))
  context.page.table([
    ['id', entry.id],
    ['kept because', entry.why],
    ['kept at', shownTime(entry.at)],
    ['by', `run ${entry.run}, action ${entry.action}`],
    ['type', entry.linkTarget === undefined ? entry.type : `${entry.type} to ${entry.linkTarget}`],
    ['size', `${entry.size} bytes`],
    ['sha256', entry.sha256],
    ['owner', `uid ${entry.uid}, gid ${entry.gid}, mode 0${entry.mode.toString(8)}`],
    ['modified', shownTime(new Date(seconds * 1_000).toISOString())],
  ])
  return exitCodes.fine
}

/** Copies it to a new file, or puts it back by undoing the action that took it. */
export async function restoreCommand(
  options: { to?: string; yes?: boolean },
  context: Context,
  id: string,
): Promise<ExitCode> {
  const entry = find(id, context)
  if (options.to !== undefined) return copyTo(entry, resolve(options.to), context)
  const run = showRun(context.state, entry.run)
  if (run.live) requireRoot('putting a file back')
  requireWritableState(context.state)
  context.notes.text(`${entry.origin} will lie at its place again and can be run or read.`)
  if (!(await confirmed(options, context, 'Put it back?'))) return exitCodes.left
  const host = openHost({ root: run.root, live: run.live, state: context.state })
  try {
    const { run: after } = await undoRun(entry.run, host, { action: entry.action })
    const state = after.actions.find(one => one.number === entry.action)
    if (context.json) context.print(after)
    else
      context.page.text(
        state?.outcome === 'undone'
          ? `${entry.origin} is back.`
          : `It is not back: ${state?.detail ?? state?.outcome ?? 'unknown'}`,
      )
    return state?.outcome === 'undone' ? exitCodes.fine : exitCodes.left
  } finally {
    host.close()
  }
}

export async function deleteCommand(options: { yes?: boolean }, context: Context, ...ids: string[]): Promise<ExitCode> {
  const entries = ids.map(id => find(id, context))
  for (const one of entries) context.notes.text(`${one.id}  ${one.origin}`)
  context.notes.text('Deleted things are gone for good; undo can no longer bring them back.')
  if (!(await confirmed(options, context, 'Delete?'))) return exitCodes.left
  requireWritableState(context.state)
  const vault = vaultOf(context)
  const deleted = entries.filter(one => vault.delete(one.id)).map(one => one.id)
  if (context.json) context.print({ format: 'davylamp-quarantine-deleted', version: 1, deleted })
  else context.page.text(`Deleted ${deleted.length}.`)
  return exitCodes.fine
}

async function copyTo(entry: VaultEntry, path: string, context: Context): Promise<ExitCode> {
  if (existsSync(path)) throw new CommandError(`${path} is already there. Name a new file.`)
  try {
    await vaultOf(context).restoreTo(entry.id, path)
  } catch (error) {
    if (error instanceof Error && error.name === 'VaultError') throw error
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`)
  }
  if (context.json)
    context.print({ format: 'davylamp-quarantine-restored', version: 1, id: entry.id, path, sha256: entry.sha256 })
  else
    context.page.text(`Copied to ${path}, readable by you only and not executable. Its content may still be malicious.`)
  return exitCodes.fine
}

async function confirmed(options: { yes?: boolean }, context: Context, question: string): Promise<boolean> {
  if (options.yes === true) return true
  if (canAsk() && !context.json) return agreed(question)
  context.notes.text(`Nothing was changed. Add --yes to do it (see ${calledAs} quarantine --help).`)
  return false
}

function find(id: string, context: Context): VaultEntry {
  const all = vaultOf(context).list()
  const exact = all.find(one => one.id === id)
  if (exact !== undefined) return exact
  const found = all.filter(one => one.id.startsWith(id))
  const [only] = found
  if (only === undefined)
    throw new CommandError(`the quarantine has no ${id}: ${calledAs} quarantine list shows what it has`)
  if (found.length > 1) throw new CommandError(`${found.length} entries begin with ${id}: write more of the id`)
  return only
}

function vaultOf(context: Context): Vault {
  return new Vault(join(context.state, 'vault'))
}
