import { closeSync, constants } from 'node:fs'
import { eachEntry } from '../../native/read/directory-entries.ts'
import { FileStatus } from '../../native/read/file-status.ts'
import { fileSystemType } from '../../native/read/file-system-type.ts'
import { openBelow } from '../../native/read/open-below.ts'
import { decodeBytes, encodeBytes } from '../../target/bytes.ts'
import { errorWord } from './walk-trouble.ts'

/** A directory that waits to be read: its path below the root, without `/` at its begin, in the form of `decodeBytes`. */
export interface Directory {
  readonly path: string
  /** Absent for a place where the walk begins: what lies there is its file system. */
  readonly device?: number | undefined
}

export interface DirectoryVisitor {
  readonly root: number
  /** Places that are read by themselves or not at all, as paths below the root. */
  readonly notInto: ReadonlySet<string>
  /** True: the walk is to end. */
  stopped(): boolean
  /** A regular file, or what may be one. `name` ends with NUL and is valid until the next call. */
  file(directory: number, name: Buffer, path: () => string): void
  directory(directory: Directory): void
  missed(path: string, why: string): void
}

const { O_RDONLY, O_DIRECTORY, O_NONBLOCK } = constants
const longestPath = 65_536
/** Kinds that hold files of this machine, for a directory that turns out to be a file system of its own. */
const local = /^(?:ext4|xfs|btrfs|zfs|f2fs|tmpfs|ramfs|overlay|vfat|exfat|ntfs|squashfs|erofs|iso9660|0x[0-9a-f]+)$/
const pseudo = /^(?:proc|sysfs|devpts|mqueue|hugetlbfs|cgroup2?|nsfs|pipefs|debugfs|tracefs|bpf)$/

const status = new FileStatus()

/** Reads one directory and hands over what is in it. */
export function visitDirectory({ path, device }: Directory, visitor: DirectoryVisitor): void {
  let descriptor: number
  try {
    descriptor = openBelow(visitor.root, encodeBytes(path), O_RDONLY | O_DIRECTORY | O_NONBLOCK)
  } catch (error) {
    const why = errorWord(error)
    if (why !== undefined) visitor.missed(path, why)
    return
  }
  try {
    status.fillOf(descriptor)
    const here = status.device
    if (device !== undefined && device !== here && !isLocal(descriptor, path, visitor)) return
    eachEntry(descriptor, (name, type) => {
      if (visitor.stopped()) return false
      if (type === DT_REG) visitor.file(descriptor, name, () => below(path, name))
      else if (type === DT_DIR) enter(path, name, here, visitor)
      else if (type === DT_UNKNOWN) byStatus(descriptor, path, name, here, visitor)
      return true
    })
  } catch (error) {
    const why = errorWord(error)
    if (why !== undefined) visitor.missed(path, why)
  } finally {
    closeSync(descriptor)
  }
}

const DT_UNKNOWN = 0
const DT_DIR = 4
const DT_REG = 8

/** Some file systems do not tell in the list what a name is. */
function byStatus(descriptor: number, path: string, name: Buffer, device: number, visitor: DirectoryVisitor): void {
  try {
    status.fillAt(descriptor, name)
  } catch (error) {
    const why = errorWord(error)
    if (why !== undefined) visitor.missed(below(path, name), why)
    return
  }
  if (status.isFile) visitor.file(descriptor, name, () => below(path, name))
  else if (status.isDirectory) enter(path, name, device, visitor)
}

function enter(path: string, name: Buffer, device: number, visitor: DirectoryVisitor): void {
  const entered = below(path, name)
  if (visitor.notInto.has(entered)) return
  if (entered.length > longestPath) visitor.missed(entered.slice(0, 1_000), 'directories in one another without end')
  else visitor.directory({ path: entered, device })
}

function below(path: string, name: Buffer): string {
  const text = decodeBytes(name.subarray(0, name.length - 1))
  return path === '' ? text : `${path}/${text}`
}

/** A subvolume of btrfs has a number of its own, and so has what was mounted after the list of mounts was read. */
function isLocal(descriptor: number, path: string, visitor: DirectoryVisitor): boolean {
  const type = fileSystemType(`/proc/self/fd/${descriptor}`)
  if (type !== undefined && local.test(type)) return true
  if (type === undefined || !pseudo.test(type))
    visitor.missed(path, 'another file system, which this scan did not know of')
  return false
}
