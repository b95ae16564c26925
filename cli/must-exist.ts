import { statSync } from 'node:fs'
import { CommandError } from './command-error.ts'

/** Ends the command where a file or folder that was named is not there. */
export function mustExist(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new CommandError(`there is no file or folder ${path}`)
}
