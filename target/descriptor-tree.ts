import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { readDirectory } from '../native/read/directory.ts'
import { appendFlag, fileFlags, immutableFlag } from '../native/read/file-flags.ts'
import { O_PATH } from '../native/read/open.ts'
import { decodeBytes } from './bytes.ts'
import { statOf } from './file-stat.ts'
import type { GapList } from './gap-list.ts'
import { defaultDigestBytes, defaultNames, defaultReadBytes, moreBytes, moreNames, tooLongForDigest } from './limits.ts'
import type { FileTree } from './target.ts'
import { errorCode, meansMissing, reasonOf } from './trouble.ts'

/** How a kind of tree finds its files. All throw errors with an errno as `code`. Paths hold no NUL and begin with `/`. */
export interface PathOpener {
  /** `flags` of open(2). */
  open(path: string, flags: number): number
  stat(path: string): Stats | undefined
  lstat(path: string): Stats | undefined
  readLink(path: string): Buffer
  realPath(path: string): string | undefined
}

const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOATIME, O_DIRECTORY } = constants
const gently = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOATIME
const blockBytes = 256 * 1024

/** The file tree over descriptors of the kernel: what live hosts and mounted trees have in common. */
export function descriptorTree(opener: PathOpener, gaps: GapList): FileTree {
  const tried = <T>(path: string, work: (path: string) => T): T | undefined => {
    if (path === '' || path.includes('\0')) return undefined
    try {
      return work(path.startsWith('/') ? path : `/${path}`)
    } catch (error) {
      const code = errorCode(error)
      if (code === undefined) throw error
      if (!meansMissing(code) && !isImpossibleName(code, path)) gaps.addFile(path, reasonOf(code))
      return undefined
    }
  }
  const withFile = <T>(path: string, work: (descriptor: number, size: number) => T): T | undefined =>
    tried(path, whole => withContent(opener, whole, work))

  const read: FileTree['read'] = (path, limit = defaultReadBytes, cut = 'gap') => {
    const bytes = withFile(path, (descriptor, size) => readUpTo(descriptor, size, limit + 1))
    if (bytes === undefined || bytes.length <= limit) return bytes
    if (cut === 'gap') gaps.addFile(path, moreBytes(limit))
    return bytes.subarray(0, limit)
  }
  /** How many bytes went into the hashes. */
  const hashed = (path: string, hashes: readonly Hash[], limit: number): number | undefined => {
    const size = withFile(path, (descriptor, size) =>
      size > limit ? 'too long' : hashUpTo(descriptor, hashes, size, limit),
    )
    if (size !== 'too long') return size
    gaps.addFile(path, tooLongForDigest(limit))
    return undefined
  }
  return {
    read,
    text: (path, limit) => {
      const bytes = read(path, limit)
      return bytes === undefined ? undefined : decodeBytes(bytes)
    },
    stat: path => tried(path, whole => statOf(opener.stat(whole))),
    lstat: path => tried(path, whole => statOf(opener.lstat(whole))),
    list: (path, limit = defaultNames) => {
      const entries = tried(path, whole =>
        closing(openWith(opener, whole, gently | O_DIRECTORY), descriptor => readDirectory(descriptor, limit + 1)),
      )
      if (entries === undefined) return undefined
      if (entries.length > limit) gaps.addFile(path, moreNames(limit))
      return entries
        .slice(0, limit)
        .map(entry => decodeBytes(entry.name))
        .sort()
    },
    slice: (path, offset, length, into) =>
      withFile(path, descriptor => {
        const wanted = Math.max(0, length)
        const bytes = into !== undefined && into.length >= wanted ? into.subarray(0, wanted) : Buffer.alloc(wanted)
        return bytes.subarray(0, fill(descriptor, bytes, 0, Math.max(0, offset)))
      }),
    readLink: path => tried(path, whole => linkText(opener, whole)),
    realPath: path => tried(path, opener.realPath),
    digest: (path, limit = defaultDigestBytes) => {
      const sha256 = createHash('sha256')
      const md5 = createHash('md5')
      const size = hashed(path, [sha256, md5], limit)
      return size === undefined ? undefined : { sha256: sha256.digest('hex'), md5: md5.digest('hex'), size }
    },
    hash: (path, algorithm, limit = defaultDigestBytes) => {
      const hash = createHash(algorithm)
      return hashed(path, [hash], limit) === undefined ? undefined : hash.digest('hex')
    },
    attributes: path => tried(path, whole => attributesOf(opener, whole)) ?? [],
  }
}

/** readlink(2) of what is no link is EINVAL: cheaper than to look first, as most that are asked are links. */
function linkText(opener: PathOpener, path: string): string | undefined {
  try {
    return decodeBytes(opener.readLink(path))
  } catch (error) {
    if (errorCode(error) === 'EINVAL') return undefined
    throw error
  }
}

/** No directory can have such a name, so it is missing and not a gap. */
function isImpossibleName(code: string, path: string): boolean {
  return code === 'ENAMETOOLONG' && path.split('/').some(name => Buffer.byteLength(name) > 255)
}

/** Runs `work` on a regular file that is open for reading; undefined for anything else, which is never opened. */
function withContent<T>(
  opener: PathOpener,
  path: string,
  work: (descriptor: number, size: number) => T,
): T | undefined {
  return closing(opener.open(path, O_PATH), handle => {
    const seen = fstatSync(handle)
    if (!seen.isFile()) return undefined
    return closing(reopened(opener, handle, path), descriptor => {
      const opened = fstatSync(descriptor)
      const same = opened.ino === seen.ino && opened.dev === seen.dev && opened.isFile()
      return same ? work(descriptor, opened.size) : undefined
    })
  })
}

/** Through the handle, not by the path again: to open a device can already do something, such as start a watchdog. */
function reopened(opener: PathOpener, handle: number, path: string): number {
  try {
    return withoutAtime(flags => openSync(`/proc/self/fd/${handle}`, flags), gently)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    // No /proc here.
    return openWith(opener, path, gently)
  }
}

function openWith(opener: PathOpener, path: string, flags: number): number {
  return withoutAtime(wanted => opener.open(path, wanted), flags)
}

/** O_NOATIME is for a file's owner and root only. */
function withoutAtime(open: (flags: number) => number, flags: number): number {
  try {
    return open(flags)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error
    return open(flags & ~O_NOATIME)
  }
}

function closing<T>(descriptor: number, work: (descriptor: number) => T): T {
  try {
    return work(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Files of /proc say that they are empty, and others grow: only the end of the file ends it. */
function readUpTo(descriptor: number, size: number, limit: number): Buffer {
  let bytes = Buffer.allocUnsafe(Math.min(limit, size === 0 ? 16_384 : size))
  let length = fill(descriptor, bytes, 0)
  // Files of proc say that they are empty; of others what was there when they were opened is enough.
  while (size === 0 && length === bytes.length && length < limit) {
    const larger = Buffer.allocUnsafe(Math.min(limit, bytes.length * 2))
    bytes.copy(larger)
    bytes = larger
    length += fill(descriptor, bytes, length)
  }
  return bytes.subarray(0, length)
}

/** Reads until the buffer is full or the file ends; how many bytes came. */
function fill(descriptor: number, bytes: Buffer, from: number, position?: number): number {
  let at = from
  while (at < bytes.length) {
    const count = readSync(
      descriptor,
      bytes,
      at,
      bytes.length - at,
      position === undefined ? null : position + at - from,
    )
    if (count === 0) break
    at += count
  }
  return at - from
}

let block: Buffer | undefined

/** Whoever lets a file grow while it is read must not keep us: what was there when it was opened is enough. */
function hashUpTo(descriptor: number, hashes: readonly Hash[], size: number, limit: number): number | 'too long' {
  block ??= Buffer.allocUnsafeSlow(blockBytes)
  // Files of proc say that they are empty.
  const end = size === 0 ? limit + 1 : size
  for (let done = 0; ; ) {
    const count = readSync(descriptor, block, 0, Math.min(blockBytes, end - done), null)
    if (count === 0) return done
    done += count
    if (done > limit) return 'too long'
    const bytes = block.subarray(0, count)
    for (const hash of hashes) hash.update(bytes)
    if (done === end) return done
  }
}

function attributesOf(opener: PathOpener, path: string): ('immutable' | 'append')[] {
  const type = statOf(opener.stat(path))?.type
  if (type === undefined || (type !== 'file' && type !== 'directory')) return []
  const flags =
    type === 'directory'
      ? closing(openWith(opener, path, gently | O_DIRECTORY), fileFlags)
      : (withContent(opener, path, fileFlags) ?? 0)
  return [
    ...((flags & immutableFlag) !== 0 ? (['immutable'] as const) : []),
    ...((flags & appendFlag) !== 0 ? (['append'] as const) : []),
  ]
}
