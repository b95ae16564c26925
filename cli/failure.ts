import { CommandError } from './command-error.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { safeText } from './print/text.ts'
import { program } from './program-name.ts'
import { isFull, isUnwritable } from './state/state-files.ts'

/** By the names of error classes, so that commands which need none of the parts do not load them. */
const known: Readonly<Record<string, ExitCode>> = {
  TargetError: exitCodes.usage,
  NoSuchRun: exitCodes.usage,
  VaultError: exitCodes.usage,
  PlanRefused: exitCodes.left,
  StateBusy: exitCodes.notPermitted,
  JournalError: exitCodes.internal,
  WrongListError: exitCodes.usage,
  EmptyListError: exitCodes.usage,
  FeedError: exitCodes.unavailable,
  BusySourceError: exitCodes.notPermitted,
  PacksBusyError: exitCodes.notPermitted,
}

export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode
  if (!(error instanceof Error)) return exitCodes.internal
  if (isDenied(error) || isDenied(error.cause) || isFull(error)) return exitCodes.notPermitted
  return known[error.name] ?? exitCodes.internal
}

/** What standard error says. Only a fault of ours shows where it happened. */
export function explainError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const expected =
    error instanceof Error && (error instanceof CommandError || known[error.name] !== undefined || isDenied(error))
  if (isFull(error))
    return safeText(
      `davylamp: no space is left on the disk: make room there, or name another state folder with --state DIR (${message})\n`,
      false,
    )
  if (expected) return safeText(`davylamp: ${message}\n`, false)
  const place = error instanceof Error ? `\n${(error.stack ?? '').split('\n').slice(1, 8).join('\n')}` : ''
  return safeText(
    `davylamp: internal fault in ${program}: ${message}${place}\nPlease report this with the command that you gave.\n`,
    false,
  )
}

function isDenied(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return code === 'EACCES' || code === 'EPERM' || isUnwritable(error)
}
