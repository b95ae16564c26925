import type { Target } from '../../target/index.ts'

const mostMatches = 5_000

/** Paths of the regular files in a directory, links followed; a link that leads nowhere is left out. */
export function filesIn(target: Target, directory: string, wanted: (name: string) => boolean = () => true): string[] {
  const paths: string[] = []
  for (const name of target.files.list(directory) ?? []) {
    if (!wanted(name)) continue
    const path = join(directory, name)
    if (target.files.stat(path)?.type === 'file') paths.push(path)
  }
  return paths
}

/** Paths of the directories in a directory, links followed. */
export function directoriesIn(target: Target, directory: string): string[] {
  const names = target.files.list(directory) ?? []
  return names.map(name => join(directory, name)).filter(path => target.files.stat(path)?.type === 'directory')
}

/** Existing paths that a glob(7) pattern names, sorted; `**` is not known. At most 5,000. */
export function glob(target: Target, pattern: string): string[] {
  let paths = ['']
  for (const part of pattern.split('/').filter(piece => piece !== '')) {
    const next: string[] = []
    const matcher = /[*?[]/.test(part) ? globPattern(part) : undefined
    for (const path of paths) {
      if (!matcher) next.push(`${path}/${part}`)
      else for (const name of target.files.list(path || '/') ?? []) if (matcher(name)) next.push(`${path}/${name}`)
      if (next.length > mostMatches) break
    }
    paths = next.slice(0, mostMatches)
  }
  return paths.filter(path => path !== '' && target.files.lstat(path) !== undefined)
}

/** Drops paths that lead to the same file as an earlier one, as on hosts where /lib is /usr/lib. */
export function distinct(target: Target, paths: readonly string[]): string[] {
  const seen = new Set<string>()
  return paths.filter(path => {
    const real = target.files.realPath(path) ?? path
    if (seen.has(real)) return false
    seen.add(real)
    return true
  })
}

export function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Matches one component; a leading dot must be written out, as in shells. */
function globPattern(part: string): (name: string) => boolean {
  // Each star multiplies the work on a hostile name, and nobody writes five: such a pattern takes everything.
  if (part.split(/\*+/).length > 5) return () => true
  const source = part.replace(/\*+/g, '*').replace(/[.+^${}()|\\]/g, '\\$&')
  const withSets = source.replace(/\[!([^\]]*)\]/g, '[^$1]')
  try {
    const regex = new RegExp(`^${withSets.replaceAll('?', '[^/]').replaceAll('*', '[^/]*?')}$`, 's')
    return name => (part.startsWith('.') || !name.startsWith('.')) && name.length <= 1_024 && regex.test(name)
  } catch {
    return name => name === part
  }
}
