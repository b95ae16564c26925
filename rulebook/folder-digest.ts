import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** 12 hex digits that change with every byte, name and place of the files that are `wanted`, by their path below the folder. */
export function folderDigest(folders: readonly string[], wanted: (name: string) => boolean): string {
  const hash = createHash('sha256')
  for (const [place, folder] of folders.entries())
    for (const name of namesIn(folder)) {
      if (!wanted(name)) continue
      try {
        hash.update(`${place}\0${name}\0`).update(readFileSync(join(folder, name)))
      } catch {
        // Whoever reads the rules for their sense says what cannot be read.
      }
    }
  return hash.digest('hex').slice(0, 12)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  } catch {
    return []
  }
}
