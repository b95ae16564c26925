import { type ExitCode, exitCodes } from './exit-codes.ts'

/** Ends a command with a message for the reader and an exit status. The message says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = exitCodes.usage) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Something that only root, or only a writable state folder, makes possible. */
export function notPermitted(message: string): CommandError {
  return new CommandError(message, exitCodes.notPermitted)
}
