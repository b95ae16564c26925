import type { FileFact } from '../../model/index.ts'
import type { FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'

/** Sizes of what packages installed as commands: a program of no package may be a copy of one under another name. */
export function addProgramSizes({ target }: Survey, sizes: Map<number, string[]>): void {
  for (const directory of new Set(['/usr/bin', '/usr/sbin', '/bin', '/sbin'].map(one => target.files.realPath(one)))) {
    if (directory === undefined) continue
    for (const name of target.files.list(directory) ?? []) {
      const path = `${directory}/${name}`
      const stat = target.files.lstat(path)
      if (stat?.type !== 'file' || sizes.get(stat.size)?.includes(path)) continue
      sizes.set(stat.size, [...(sizes.get(stat.size) ?? []), path])
    }
  }
}

/** Tells each file of those with the same content, and a copy of what a package brought of that. */
export function linkSameContent(seen: ReadonlyMap<string, { readonly fact: FileFact; readonly stat: FileStat }>): void {
  const byDigest = new Map<string, FileFact[]>()
  for (const { fact, stat } of seen.values()) {
    if (fact.sha256 === undefined || stat.size === 0) continue
    byDigest.set(fact.sha256, [...(byDigest.get(fact.sha256) ?? []), fact])
  }
  for (const same of byDigest.values()) {
    const packaged = same.find(({ ownership }) => ownership === 'owned' || ownership === 'verified')
    for (const fact of same) {
      if (packaged !== undefined && packaged !== fact) fact.packagedCopy = packaged.path
      fact.sameContent = same
        .filter(other => other !== fact)
        .map(({ path }) => path)
        .slice(0, 100)
    }
  }
}
