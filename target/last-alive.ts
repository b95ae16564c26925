import type { FileTree } from './target.ts'

const places = ['/var/log', '/etc', '/var/lib']
const mostEntries = 5000
const deepest = 3

/**
 * When the host of a tree was last alive: the newest change in /var/log, /etc and /var/lib. Of the two times of a file the
 * older counts, since a copied tree has new ctimes and a miner may have set an mtime in the future; undefined when there is
 * nothing.
 */
export function lastAlive(files: FileTree): number | undefined {
  let newest: number | undefined
  const queue = places.map(path => ({ path, depth: 0 }))
  for (let at = 0; at < queue.length && at < mostEntries; at++) {
    const { path, depth } = queue[at] ?? { path: '/', depth: deepest }
    const stat = files.lstat(path)
    if (stat === undefined) continue
    if (stat.type === 'directory' && depth < deepest && queue.length < mostEntries) {
      for (const name of files.list(path, mostEntries) ?? []) queue.push({ path: `${path}/${name}`, depth: depth + 1 })
    }
    const changed = Math.min(stat.modifiedMs, stat.changedMs)
    if (newest === undefined || changed > newest) newest = changed
  }
  return newest
}
