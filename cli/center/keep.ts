import { existsSync, readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import {
  backup,
  ensureTenant,
  listUsersOffline,
  pgBus,
  readAuditHeads,
  resetPasswordOffline,
  restore,
  StoreError,
  upgradeEmbedded,
  verifyAudit,
} from '../../center/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { program } from '../program-name.ts'
import { postgresFolder, quietLog, type StoreChoice, withStore } from './open-store.ts'

interface SealedChoice extends StoreChoice {
  readonly passphraseFile?: string
}

export async function backupCommand(options: SealedChoice, context: Context, file: string): Promise<ExitCode> {
  if (existsSync(file))
    throw new CommandError(`${file} is there already: a backup replaces nothing. Name another file.`)
  const passphrase = passphraseIn(options.passphraseFile)
  const summary = await withStore(
    options,
    context,
    store => backup(store.connection, file, { program, passphrase, masterKeyFile: masterKeyFile(context) }),
    { migrate: false },
  )
  const bytes = statSync(file).size
  if (context.json) context.print({ file: resolve(file), bytes, rows: summary.rows, masterKey: summary.masterKey })
  else context.page.text(`${file}: ${summary.rows} rows, ${(bytes / 1e6).toFixed(1)} MB.`)
  if (!summary.masterKey)
    context.notes.text(
      `Without a passphrase the keys of the center are not in it. Keep ${masterKeyFile(context)} as well, apart from the backup: without it no agent knows the restored center.`,
    )
  return exitCodes.fine
}

export async function restoreCommand(options: SealedChoice, context: Context, file: string): Promise<ExitCode> {
  if (!existsSync(file)) throw new CommandError(`there is no ${file}`)
  const passphrase = passphraseIn(options.passphraseFile)
  const summary = await withStore(
    options,
    context,
    store => restore(store.connection, file, { log: quietLog, passphrase, masterKeyFile: masterKeyFile(context) }),
    { migrate: false, alone: true },
  )
  if (context.json) context.print(summary)
  else
    context.page.text(
      `Restored: ${summary.rows} rows of ${summary.at}, written by ${summary.program}. Start the center now.`,
    )
  if (!summary.masterKey && !existsSync(masterKeyFile(context)))
    context.notes.text(
      `Put the master key of that center to ${masterKeyFile(context)} (mode 0600) before you start it.`,
    )
  return exitCodes.fine
}

export async function upgradeCommand(options: { readonly oldBinaries?: string }, context: Context): Promise<ExitCode> {
  try {
    const { oldBinaries } = options
    const summary = await upgradeEmbedded({
      state: context.state,
      log: quietLog,
      program,
      binaries: postgresFolder(),
      oldBinaries,
    })
    if (context.json) context.print(summary ?? { upgraded: false })
    else if (summary === undefined) context.page.text('The database is of this version already.')
    else
      context.page.text(
        `PostgreSQL ${summary.from} → ${summary.to}: ${summary.rows} rows. The old data are in ${summary.kept}; remove them when all is well.`,
      )
    return exitCodes.fine
  } catch (error) {
    throw error instanceof StoreError ? new CommandError(error.message) : error
  }
}

export async function verifyAuditCommand(options: StoreChoice, context: Context): Promise<ExitCode> {
  const verdict = await withStore(options, context, async store => {
    const { tenant } = await ensureTenant(store)
    const heads = await readAuditHeads(context.state, tenant)
    return store.tenant(tenant, db => verifyAudit(db, tenant, heads))
  })
  if (context.json) context.print(verdict)
  else if (verdict.ok) context.page.text(`The audit log is whole: ${verdict.entries} entries.`)
  else context.page.text(`The audit log is broken at entry ${verdict.brokenAt}: ${verdict.reason}`)
  return verdict.ok ? exitCodes.fine : exitCodes.left
}

export async function resetPasswordCommand(options: StoreChoice, context: Context, name: string): Promise<ExitCode> {
  const made = await withStore(options, context, async store => {
    const bus = await pgBus(store, store.connection, quietLog)
    try {
      return await resetPasswordOffline({ store, bus, actor: userInfo().username }, { name })
    } finally {
      await bus.close()
    }
  })
  if (context.json) context.print(made)
  else context.page.text(`One-time password of ${made.name}: ${made.password}   (all its sessions were ended)`)
  return exitCodes.fine
}

export async function usersCommand(options: StoreChoice, context: Context): Promise<ExitCode> {
  const users = await withStore(options, context, async store => {
    const bus = await pgBus(store, store.connection, quietLog)
    try {
      return await listUsersOffline({ store, bus, actor: userInfo().username })
    } finally {
      await bus.close()
    }
  })
  if (context.json) context.print({ users })
  else
    context.page.table(
      users.map(one => [
        one.name,
        one.state,
        one.roles.map(role => role.role).join(', '),
        one.secondFactor ? 'second factor' : '',
      ]),
      0,
    )
  return exitCodes.fine
}

function masterKeyFile(context: Context): string {
  return join(context.state, 'center', 'master.key')
}

/** Of a file, so that it is in no history and no list of processes. */
function passphraseIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  if (!existsSync(file)) throw new CommandError(`there is no ${file}`)
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
}
