import { accessSync, constants, mkdirSync } from 'node:fs'
import { notPermitted } from '../command-error.ts'
import { reasonOf } from './state-files.ts'

/** Nothing is changed on a host whose way back could not be kept. */
export function requireWritableState(state: string): void {
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 })
    accessSync(state, constants.W_OK)
  } catch (error) {
    throw notPermitted(
      `the state folder ${state} cannot be written (${reasonOf(error)}), so nothing could be taken back. Run this as root, or name another with --state DIR.`,
    )
  }
}

/** The running system is only changed by root. */
export function requireRoot(what: string): void {
  if (process.getuid?.() === 0) return
  throw notPermitted(`${what} needs root. Run it with sudo.`)
}
