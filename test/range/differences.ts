import type { Item } from '../../hosts/index.ts'
import { isSettled, nameOf } from './expectations.ts'
import type { Range } from './range.ts'
import { compareSnapshots, type Difference, type Entry, type Snapshot } from './snapshot.ts'

/** Names of what was planted and is not settled. */
export function leftOf(range: Range, items: readonly Item[], now: Snapshot, clean: Snapshot): string[] {
  const entry = (snapshot: Snapshot, item: Item) => ('path' in item ? snapshot.get(item.path) : undefined)
  return items.filter(item => !isSettled(range, item, entry(now, item), entry(clean, item))).map(nameOf)
}

/** Every difference to the host as it was, but for what only a person can repair. */
export function harmOf(items: readonly Item[], clean: Snapshot, now: Snapshot): string[] {
  const left = new Set(items.flatMap(item => ('path' in item && item.after === 'advised' ? [item.path] : [])))
  const edited = new Set(items.flatMap(item => ('path' in item ? [item.path] : [])))
  const ignore = (path: string, field: Field, type: string) => {
    if (isNoise(path, field, type) || left.has(path)) return true
    if (field === 'modified') return edited.has(path) || accountFiles.has(path)
    return field === 'added' && isHusk(path, now.get(path), items)
  }
  return compareSnapshots(clean, now, ignore).map(shown)
}

type Field = keyof Entry | 'added' | 'removed'
const accountFiles = new Set(['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/subuid', '/etc/subgid'])

/** What a running Debian and Davylamp's own state change, whatever else happens. */
export function isNoise(path: string, field: Field, type: string): boolean {
  if (field === 'modified' && type === 'directory') return true
  return /^\/(dev(\/|$)|var\/(log|lib\/(systemd|davylamp|logrotate|apt|dpkg\/lock.*)|backups|cache|tmp\/systemd-private-[^/]+)(\/|$)|tmp\/systemd-private-|etc\/\.pwd\.lock|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|tmp\/\.(X11|ICE|XIM|font|Test)-unix)/.test(
    path,
  )
}

/** What may stay of an intruder's: a file whose every line was taken out, and ordinary directories that held something (the home of an account among them). */
function isHusk(path: string, entry: Entry | undefined, items: readonly Item[]): boolean {
  if (entry?.type === 'file')
    return entry.sha256 === emptyHash && items.some(item => item.kind === 'line' && item.path === path)
  if (entry?.type !== 'directory' || items.some(item => item.kind === 'directory' && item.path === path)) return false
  return items.some(
    item => ('path' in item && item.path.startsWith(`${path}/`)) || (item.kind === 'account' && item.home === path),
  )
}

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function shown({ path, what, detail }: Difference): string {
  return `${path} ${what}: ${detail.slice(0, 300)}`
}
