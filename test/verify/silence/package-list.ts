import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../../hosts/clean/packages.txt')

export interface PackageGroup {
  readonly reason: string
  readonly names: readonly string[]
}

/** The packages of a clean server, by what of them could be taken for an intruder's work. */
export function packageGroups(text = readFileSync(file, 'utf8')): PackageGroup[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map(part => {
      const [reason = '', ...lines] = part.split('\n')
      return { reason, names: lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#')) }
    })
}
