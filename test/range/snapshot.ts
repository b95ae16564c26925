import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { libc } from '../../native/libc.ts'
import { decodeBytes, displayBytes } from '../../target/index.ts'

/** One file as it is, to the last bit that a clean-up could lose. */
export interface Entry {
  readonly type: string
  readonly mode: string
  readonly owner: string
  /** Nanoseconds since 1970. */
  readonly modified: string
  /** Of regular files. */
  readonly sha256?: string
  readonly link?: string
  /** FS_IOC_GETFLAGS without the flags that only tell how the file system stores it. */
  readonly flags: number
  /** Extended attributes, ACLs and capabilities among them, as `name=hex`. */
  readonly xattrs: readonly string[]
}

/** Every file of a host by its path, in the string form of `decodeBytes`. */
export type Snapshot = ReadonlyMap<string, Entry>

export interface Difference {
  readonly path: string
  readonly what: 'added' | 'removed' | 'changed'
  /** Names of the fields that differ, with both values. */
  readonly detail: string
}

/** Reads everything below `root` except the named subtrees. Never follows a link, never opens what is no file. */
export function takeSnapshot(root: string, except: readonly string[]): Snapshot {
  const found = new Map<string, Entry>()
  walk(Buffer.from(root), Buffer.from('/'), new Set(except), found)
  return found
}

/** What is not the same. `ignore` may drop a path or one of its fields, such as the time of a directory. */
export function compareSnapshots(
  before: Snapshot,
  after: Snapshot,
  ignore: (path: string, field: keyof Entry | 'added' | 'removed', type: string) => boolean = () => false,
): Difference[] {
  const differences: Difference[] = []
  for (const [path, entry] of before) {
    const now = after.get(path)
    if (now === undefined) {
      if (!ignore(path, 'removed', entry.type))
        differences.push({ path: displayBytes(path), what: 'removed', detail: entry.type })
      continue
    }
    const fields = ['type', 'mode', 'owner', 'modified', 'sha256', 'link', 'flags', 'xattrs'] as const
    const differing = fields.filter(field => `${entry[field]}` !== `${now[field]}` && !ignore(path, field, entry.type))
    if (differing.length === 0) continue
    const detail = differing.map(field => `${field} ${entry[field]} -> ${now[field]}`).join(', ')
    differences.push({ path: displayBytes(path), what: 'changed', detail })
  }
  for (const [path, entry] of after) {
    if (before.has(path) || ignore(path, 'added', entry.type)) continue
    differences.push({ path: displayBytes(path), what: 'added', detail: entry.type })
  }
  return differences
}

function walk(root: Buffer, path: Buffer, except: ReadonlySet<string>, found: Map<string, Entry>): void {
  for (const name of namesIn(Buffer.concat([root, path]))) {
    const inside = Buffer.concat([path, name])
    const text = decodeBytes(inside)
    if (except.has(text)) continue
    const outside = Buffer.concat([root, inside])
    const stat = statOf(outside)
    if (stat === undefined) continue
    found.set(text, entryOf(outside, stat))
    if (stat.isDirectory()) walk(root, Buffer.concat([inside, Buffer.from('/')]), except, found)
  }
}

function namesIn(directory: Buffer): Buffer[] {
  try {
    return readdirSync(directory, { encoding: 'buffer' }).sort(Buffer.compare)
  } catch {
    return []
  }
}

function statOf(path: Buffer): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

function entryOf(path: Buffer, stat: BigIntStats): Entry {
  const type = typeOf(stat)
  const content = type === 'file' ? contentOf(path, stat) : undefined
  return {
    type,
    mode: (Number(stat.mode) & 0o7777).toString(8).padStart(4, '0'),
    owner: `${stat.uid}:${stat.gid}`,
    modified: String(stat.mtimeNs),
    ...(content === undefined ? {} : { sha256: content }),
    ...(type === 'symlink' ? { link: decodeBytes(readlinkSync(path, { encoding: 'buffer' })) } : {}),
    flags: type === 'file' || type === 'directory' ? flagsOf(path) : 0,
    xattrs: xattrsOf(path),
  }
}

function typeOf(stat: BigIntStats): string {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  if (stat.isSymbolicLink()) return 'symlink'
  if (stat.isFIFO()) return 'fifo'
  if (stat.isSocket()) return 'socket'
  return 'device'
}

const knownContents = new Map<string, string>()

/** A file that changed has another ctime, which no program can set; so content seen once is not read again. */
function contentOf(path: Buffer, stat: BigIntStats): string {
  const key = `${stat.dev} ${stat.ino} ${stat.ctimeNs} ${stat.size}`
  const known = knownContents.get(key)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafe(1 << 20)
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NOATIME)
  try {
    for (let got = readSync(descriptor, block); got > 0; got = readSync(descriptor, block))
      hash.update(block.subarray(0, got))
  } finally {
    closeSync(descriptor)
  }
  const digest = hash.digest('hex')
  knownContents.set(key, digest)
  return digest
}

const getFlags = 0x80086601n
/** FS_EXTENT_FL, FS_INDEX_FL, FS_INLINE_DATA_FL: ext4's own business. */
const storageFlags = 0x00080000 | 0x00001000 | 0x10000000
const ioctl = libc('ioctl', 'int32', ['int32', 'uint64', 'pointer'])
const listNames = libc('llistxattr', 'int64', ['pointer', 'pointer', 'uint64'])
const getValue = libc('lgetxattr', 'int64', ['pointer', 'pointer', 'pointer', 'uint64'])

function flagsOf(path: Buffer): number {
  const flags = Buffer.alloc(8)
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return ioctl(descriptor, getFlags, flags) === 0 ? flags.readUInt32LE(0) & ~storageFlags : 0
  } finally {
    closeSync(descriptor)
  }
}

function xattrsOf(path: Buffer): string[] {
  const terminated = Buffer.concat([path, Buffer.from([0])])
  const names = Buffer.alloc(4096)
  const length = Number(listNames(terminated, names, BigInt(names.length)))
  if (length <= 0) return []
  return names
    .toString('latin1', 0, length - 1)
    .split('\0')
    .sort()
    .map(name => {
      const value = Buffer.alloc(4096)
      const got = Number(getValue(terminated, Buffer.from(`${name}\0`, 'latin1'), value, BigInt(value.length)))
      return `${name}=${value.toString('hex', 0, Math.max(got, 0))}`
    })
}
