import { accessSync, constants, statfsSync } from 'node:fs'
import { codeOf } from './state/state-files.ts'

/** Less than a status takes. */
const fewestBytes = 64 * 1024

/** Why a folder's disk takes nothing, and what to do; undefined where it does, and where there is no such folder. */
export function diskProblem(folder: string): string | undefined {
  const why = takesNothing(folder)
  if (why === undefined) return undefined
  return `${folder} takes nothing more (${why}): what is shown here may be old, and what is noticed is told but not kept. Make room there, or make it writable; the agent then goes on by itself.`
}

function takesNothing(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK)
    const { blocks, bfree, bsize } = statfsSync(folder)
    return blocks > 0 && bfree * bsize < fewestBytes ? 'no space is left' : undefined
  } catch (error) {
    return codeOf(error) === 'EROFS' ? 'it is read-only' : undefined
  }
}
