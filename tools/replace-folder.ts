import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Makes a folder beside the one that it replaces once it is whole. Takes away what one that was killed at this has left. */
export async function replaceFolder(into: string, make: (making: string) => Promise<void>): Promise<void> {
  const beginning = `${basename(into)}.making-`
  mkdirSync(dirname(into), { recursive: true })
  for (const name of readdirSync(dirname(into)))
    if (name.startsWith(beginning) && !existsSync(`/proc/${name.slice(beginning.length)}`))
      rmSync(join(dirname(into), name), { recursive: true })
  const making = `${into}.making-${process.pid}`
  try {
    await make(making)
    rmSync(into, { recursive: true, force: true })
    renameSync(making, into)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}
