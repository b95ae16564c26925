import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A mounted file system that programs can be started from. */
export interface LocalFileSystem {
  /** `MAJOR:MINOR`: names the file system, however often it is mounted. */
  readonly device: string
  /** Where it is reached from here; bytes as Latin-1. */
  readonly path: string
  readonly type: string
}

/** Those whose answers do not hang on another machine or program: a question about a file of FUSE could wait for the one who asks. */
const localTypes = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'jfs',
  'reiserfs',
  'bcachefs',
  'zfs',
  'overlay',
  'tmpfs',
  'ramfs',
  'devtmpfs',
  'vfat',
  'exfat',
  'ntfs3',
  'iso9660',
  'squashfs',
  'erofs',
  'hugetlbfs',
])
const mostNamespaces = 1000

/** Mounts in a text of mountinfo (proc_pid_mountinfo(5)) from which programs can be started; `root` is put before their paths. */
export function localFileSystemsIn(text: string, root = ''): LocalFileSystem[] {
  return text.split('\n').flatMap(line => {
    const [before = '', behind = ''] = line.split(' - ')
    const [, , device = '', , path = '', options = ''] = before.split(' ')
    const [type = ''] = behind.split(' ')
    if (!localTypes.has(type) || options.split(',').includes('noexec') || !path.startsWith('/')) return []
    return [{ device, path: `${root}${unescaped(path)}`, type }]
  })
}

/** The kernel writes blanks, tabs, line feeds and backslashes in octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/**
 * Every local file system of this machine, also those that are mounted in the mount namespaces of containers only, each once.
 * `proc` is a directory where /proc is.
 */
export function localFileSystems(proc: string): LocalFileSystem[] {
  const found = new Map<string, LocalFileSystem>()
  const add = (systems: readonly LocalFileSystem[]) => {
    for (const one of systems) if (!found.has(one.device)) found.set(one.device, one)
  }
  const seen = new Set([linkOf(`${proc}/self/ns/mnt`)])
  add(localFileSystemsIn(textOf(`${proc}/self/mountinfo`)))
  for (const pid of pidsIn(proc)) {
    const namespace = linkOf(`${proc}/${pid}/ns/mnt`)
    if (namespace === '' || seen.has(namespace) || seen.size > mostNamespaces) continue
    seen.add(namespace)
    add(localFileSystemsIn(textOf(`${proc}/${pid}/mountinfo`), `${proc}/${pid}/root`))
  }
  return [...found.values()]
}

function pidsIn(proc: string): string[] {
  return readdirSync(proc).filter(name => /^[1-9]\d*$/.test(name))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
