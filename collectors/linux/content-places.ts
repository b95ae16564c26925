import type { Gap } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import { join } from './directory.ts'
import type { MountLine } from './mount-info.ts'

/** Where a scan of contents begins, and where it does not go. Paths are absolute in the tree. */
export interface ContentPlaces {
  readonly directories: readonly string[]
  readonly notInto: readonly string[]
  /** File systems that are left out and could have been asked for. */
  readonly gaps: readonly Gap[]
}

export interface PlacesWanted {
  /** Where the tree is on this machine: `/`, or the directory of `--root`, without links. */
  readonly root: string
  /** Named directories of the tree, without links; absent: all of it. */
  readonly paths?: readonly string[] | undefined
  /** Also file systems that lie on other machines. */
  readonly remote: boolean
}

/**
 * The file systems of this machine below a tree, each read once however often it is mounted. One that holds no files of
 * its own (proc, cgroup …) is never entered, and one of another machine only when it is asked for: it can hang.
 */
export function contentPlaces(mounts: readonly MountLine[], wanted: PlacesWanted): ContentPlaces {
  const gaps: Gap[] = []
  const own = ownMounts(mounts, wanted.root)
  const points = own.map(one => one.path).filter(path => path !== '/')
  const chosen: MountLine[] = []
  const twice: string[] = []
  for (const mount of own) {
    // The tree that was asked for is read wherever it lies.
    const kind = mount.path === '/' ? 'local' : kindOf(mount)
    if (kind === 'pseudo') continue
    if (kind === 'remote' && !wanted.remote) {
      gaps.push(gapOf(mount, `a file system of another machine (${mount.fileSystem}): --remote reads it`))
      continue
    }
    if (kind === 'unknown') {
      gaps.push(gapOf(mount, `a kind of file system that this program does not know (${mount.fileSystem})`))
      continue
    }
    if (isSeenElsewhere(mount, chosen, points)) continue
    for (const earlier of chosen) {
      const inside = insideOf(mount, earlier)
      if (inside !== undefined) twice.push(inside)
    }
    chosen.push(mount)
  }
  const starts = chosen.map(one => one.path)
  if (wanted.paths === undefined) return { directories: starts, notInto: [...points, ...twice], gaps }
  return namedPlaces(wanted.paths, { starts, points, gaps })
}

/** Why nothing at a named place is read: it lies on a file system that holds no files of its own, or on that of another machine that nobody asked for. */
export function unreadPlace(
  mounts: readonly MountLine[],
  { root, remote }: Omit<PlacesWanted, 'paths'>,
  path: string,
): string | undefined {
  const holder = ownMounts(mounts, root).findLast(one => isBelow(path, one.path))
  if (holder === undefined || holder.path === '/') return undefined
  const kind = kindOf(holder)
  if (kind === 'pseudo') return `it lies on ${holder.fileSystem}, which holds no files that anybody wrote`
  if (kind === 'remote' && !remote)
    return `it lies on a file system of another machine (${holder.fileSystem}): on this host, scan --remote reads it`
  return undefined
}

/** Named directories with the file systems below them. Whoever names a place of an odd kind wants it. */
function namedPlaces(
  paths: readonly string[],
  { starts, points, gaps }: { starts: readonly string[]; points: readonly string[]; gaps: readonly Gap[] },
): ContentPlaces {
  const distinct = [...new Set(paths)].filter(path => !paths.some(other => other !== path && isBelow(path, other)))
  const below = (path: string) => distinct.some(one => isBelow(path, one))
  return {
    directories: [...distinct, ...starts.filter(start => below(start) && !distinct.includes(start))],
    notInto: points,
    gaps: gaps.filter(gap => gap.path !== undefined && below(gap.path)),
  }
}

/** Mounts that can be seen in the tree, the latest of each place, with their paths in it; the outer before the inner ones. */
function ownMounts(mounts: readonly MountLine[], root: string): MountLine[] {
  const byPath = new Map<string, MountLine>()
  const outer = mounts.filter(one => isBelow(root, one.path)).sort((a, b) => a.path.length - b.path.length)
  const holder = outer.at(-1)
  if (holder !== undefined) {
    const rest = root.slice(holder.path === '/' ? 0 : holder.path.length)
    byPath.set('/', { ...holder, path: '/', root: join(holder.root, rest.replace(/^\//, '')).replace(/(.)\/$/, '$1') })
  }
  for (const mount of mounts) {
    if (mount.path === root || !isBelow(mount.path, root)) continue
    const path = root === '/' ? mount.path : mount.path.slice(root.length)
    // What is mounted later over a place above hides it.
    for (const known of [...byPath.keys()])
      if (known !== path && known !== '/' && isBelow(known, path)) byPath.delete(known)
    byPath.set(path, { ...mount, path })
  }
  return [...byPath.values()].sort((a, b) => depthOf(a.path) - depthOf(b.path))
}

function isSeenElsewhere(mount: MountLine, chosen: readonly MountLine[], points: readonly string[]): boolean {
  const upper = /(?:^|,)upperdir=([^,]+)/.exec(mount.superOptions)?.[1]
  // The layers of a container lie on a disk that is read anyway.
  if (mount.fileSystem === 'overlay' && mount.path !== '/' && upper !== undefined)
    return chosen.some(one => isBelow(upper, one.path) && one.fileSystem !== 'overlay')
  return chosen.some(one => {
    const path = insideOf(one, mount)
    if (path === undefined) return false
    // Something else may be mounted over the other way to it.
    return !points.some(point => point !== one.path && isBelow(path, point) && isBelow(point, one.path))
  })
}

/** Where what `inner` shows lies in `outer`, a mount of the same file system; undefined where it shows none of it. */
function insideOf(outer: MountLine, inner: MountLine): string | undefined {
  if (outer.device !== inner.device || outer.device === '' || !isBelow(inner.root, outer.root)) return undefined
  const rest = inner.root.slice(outer.root === '/' ? 0 : outer.root.length).replace(/^\//, '')
  return rest === '' ? outer.path : join(outer.path, rest)
}

/** The path itself too. */
function isBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

function depthOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length
}

const local = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs nilfs2 ufs minix hfs hfsplus ntfs ntfs3 vfat msdos exfat fuseblk tmpfs devtmpfs ramfs overlay aufs ecryptfs squashfs erofs iso9660 udf romfs cramfs jffs2 ubifs'.split(
    ' ',
  ),
)
const pseudo = new Set(
  'proc sysfs cgroup cgroup2 devpts securityfs debugfs tracefs bpf pstore efivarfs configfs fusectl mqueue hugetlbfs autofs binfmt_misc nsfs pipefs sockfs rpc_pipefs selinuxfs smackfs nfsd resctrl rootfs fuse.lxcfs fuse.gvfsd-fuse fuse.portal fuse.snapfuse'.split(
    ' ',
  ),
)
const remote =
  /^(?:nfs4?|cifs|smb3|smbfs|ncpfs|afs|ceph|9p|virtiofs|lustre|beegfs|gpfs|gfs2|ocfs2|glusterfs|orangefs|coda|vboxsf|prl_fs|fuse(?:\..*)?)$/

function kindOf({ fileSystem, source }: MountLine): 'local' | 'remote' | 'pseudo' | 'unknown' {
  if (local.has(fileSystem)) return 'local'
  if (pseudo.has(fileSystem)) return 'pseudo'
  if (remote.test(fileSystem)) return 'remote'
  return source.startsWith('/dev/') ? 'local' : 'unknown'
}

function gapOf({ path }: MountLine, why: string): Gap {
  return { what: `files in ${displayBytes(path)}`, why, path: displayBytes(path) }
}
