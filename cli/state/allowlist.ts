import { join } from 'node:path'
import { z } from 'zod'
import { isEmpty } from '../../engine/index.ts'
import { type AllowEntry, allowEntry, type Gap } from '../../model/index.ts'
import { CommandError } from '../command-error.ts'
import { codeOf, foreignHands, readOptional, reasonOf, writeState } from './state-files.ts'

/** `allow.json` of the state folder. */
export const allowFile = z.object({
  format: z.literal('davylamp-allow'),
  version: z.literal(1),
  entries: z.array(allowEntry),
})

export function allowPath(state: string): string {
  return join(state, 'allow.json')
}

/** The allowlist. A file that is not right is an error: silently ignoring it would clean what was meant to stay. */
export function readAllowlist(state: string): AllowEntry[] {
  const path = allowPath(state)
  const text = readOptional(path)
  if (text === undefined) return []
  const hands = foreignHands(path)
  if (hands !== undefined)
    throw new CommandError(`${path} cannot be trusted: ${hands}. Make it yours: chown root ${path}; chmod 600 ${path}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CommandError(`${path} is no JSON. Correct it, or move it away and add the entries again with: allow add`)
  }
  const parsed = allowFile.safeParse(value)
  if (!parsed.success)
    throw new CommandError(`${path} is not an allowlist of version 1: ${z.prettifyError(parsed.error)}`)
  const empty = parsed.data.entries.find(isEmpty)
  if (empty !== undefined)
    throw new CommandError(`${path}: entry ${empty.id} names nothing and would allow everything. Remove it.`)
  return parsed.data.entries
}

/** The same for a scan, which goes on where it may not read the file. */
export function allowlistFor(state: string, addGap: (gap: Gap) => void): AllowEntry[] {
  try {
    return readAllowlist(state)
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
    addGap({ what: 'allowlist', why: `${reasonOf(error)}: allowed things show as findings`, path: allowPath(state) })
    return []
  }
}

export function writeAllowlist(state: string, entries: readonly AllowEntry[]): void {
  writeState(allowPath(state), { format: 'davylamp-allow', version: 1, entries: [...entries] } satisfies z.input<
    typeof allowFile
  >)
}
