import type { Target } from '../target/index.ts'
import { CommandError } from './command-error.ts'
import { reasonOf } from './state/state-files.ts'

/** Contents that are read because somebody asked for them, or because something was found there before (engine/proof.ts). */
export const contentsOfFiles = 'contents of files'
/** And because of what collectors saw. */
export const suspiciousContents = 'contents that are suspicious'

/**
 * One part of a look. Where it fails – an engine that does not load, a full disk, no memory – what it would have told is a gap, and the rest of
 * the look stands; undefined then. Wrong use ends the command all the same.
 */
export async function orGap<T>(target: Target, what: string, part: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await part()
  } catch (error) {
    if (error instanceof CommandError) throw error
    target.addGap({ what, why: `not looked at: ${reasonOf(error)}` })
    return undefined
  }
}
