import type { SettingFact } from '../../model/index.ts'
import { fileSystemType } from '../../native/read/file-system-type.ts'
import { displayBytes, encodeBytes, type Target } from '../../target/index.ts'
import { isHiddenFromOrdinaryView } from './ordinary-view.ts'

/** File systems that find a name and list another: without regard to case, on demand, or over a network. */
const listsItsOwnWay = new Set([
  'autofs',
  'fuse',
  'nfs',
  'cifs',
  'smb3',
  'smb',
  'ceph',
  '9p',
  'vfat',
  'exfat',
  'ntfs',
  'proc',
  'sysfs',
])
const lists = new WeakMap<Target, Map<string, ReadonlySet<string> | undefined>>()
const mostDirectories = 2_000

/**
 * Views that leave a path out which is there: `readdir` where the kernel's listing of its directory lacks it, as hooks of
 * getdents64 make it, looked at twice; `ordinary-view` where a preloaded library does.
 */
export function viewsWithoutPath(target: Target, path: string): string[] {
  return [
    ...(isUnlisted(target, path) ? ['readdir'] : []),
    ...(isHiddenFromOrdinaryView(target, path) ? ['ordinary-view'] : []),
  ]
}

function isUnlisted(target: Target, path: string): boolean {
  // Hooks are in a kernel that runs; a tree was read by another.
  if (!target.live) return false
  const [, folder = '', name = ''] = /^(\/.*?)?\/+([^/]+)$/s.exec(path) ?? []
  if (name === '' || name === '.' || name === '..' || /^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) return false
  const known = listOf(target, folder || '/')
  if (known === undefined || known.has(name)) return false
  const before = target.files.lstat(path)
  if (before === undefined || listsOddly(target, folder || '/')) return false
  const again = target.files.list(folder || '/')
  // A file that came meanwhile is in the second list, one that went is not there any more.
  const after = target.files.lstat(path)
  if (again === undefined || after === undefined || after.inode !== before.inode) return false
  const same = (one: string) => one.normalize('NFC').toLowerCase() === name.normalize('NFC').toLowerCase()
  return !again.includes(name) && !again.some(same)
}

function listOf(target: Target, folder: string): ReadonlySet<string> | undefined {
  const known = lists.get(target) ?? new Map<string, ReadonlySet<string> | undefined>()
  lists.set(target, known)
  if (known.has(folder)) return known.get(folder)
  if (known.size >= mostDirectories) return undefined
  const names = target.files.list(folder)
  // A list that was cut lacks names by right.
  const set = names === undefined || names.length >= 100_000 ? undefined : new Set(names)
  known.set(folder, set)
  return set
}

function listsOddly(target: Target, folder: string): boolean {
  if (target.root !== '/') return false
  const type = fileSystemType(encodeBytes(folder))
  return type === undefined || type.startsWith('0x') || listsItsOwnWay.has(type)
}

/** Where rootkits keep their directories, on file systems that count subdirectories in the link count of a directory. */
const counted = [
  ...['/', '/boot', '/etc', '/home', '/lib', '/opt', '/root', '/srv', '/tmp', '/usr'],
  ...['/usr/lib', '/usr/local', '/usr/local/bin', '/usr/local/lib', '/usr/share', '/usr/src', '/var'],
  ...['/var/cache', '/var/lib', '/var/log', '/var/spool', '/var/tmp', '/dev/shm', '/lib/modules', '/usr/include'],
]
const countsDirectories = new Set(['ext4', 'xfs', 'tmpfs', 'f2fs'])

/** Directories that hold more directories than they list (inode(7): each subdirectory's `..` is a link to it), counted twice. */
export function* hiddenDirectories(target: Target): Iterable<SettingFact> {
  if (!target.live) return
  const seen = new Set<string>()
  for (const path of counted) {
    const stat = target.files.stat(path)
    if (stat?.type !== 'directory' || seen.has(`${stat.device}:${stat.inode}`)) continue
    seen.add(`${stat.device}:${stat.inode}`)
    const missing = missingDirectories(target, path)
    if (missing <= 0) continue
    const again = missingDirectories(target, path)
    if (again !== missing) continue
    yield {
      kind: 'setting',
      name: 'hidden-entries',
      value: String(missing),
      path: displayBytes(path),
      attributes: [],
      detail: `its link count tells of ${missing} more than are listed`,
    }
  }
}

/** A live target reads /proc through a descriptor, which looks like a link. */
function isDirectory(target: Target, path: string): boolean {
  return path === '/proc' || target.files.lstat(path)?.type === 'directory'
}

function missingDirectories(target: Target, path: string): number {
  const before = target.files.stat(path)
  const names = target.files.list(path)
  // A file system with more subdirectories than it can count says 1.
  if (before === undefined || names === undefined || before.linkCount < 2 || names.length >= 100_000) return 0
  if (target.root === '/' && !countsDirectories.has(fileSystemType(path) ?? '')) return 0
  const listed = names.filter(name => isDirectory(target, `${path === '/' ? '' : path}/${name}`))
  const after = target.files.stat(path)
  if (after?.linkCount !== before.linkCount || after.changedMs !== before.changedMs) return 0
  return before.linkCount - 2 - listed.length
}
