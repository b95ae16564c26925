import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import type { Gap } from '../model/index.ts'
import { O_PATH, openInRoot, readLinkOf } from '../native/read/open.ts'
import { decodeBytes, encodeBytes } from './bytes.ts'
import { descriptorTree, type PathOpener } from './descriptor-tree.ts'
import { GapList } from './gap-list.ts'
import { lastAlive } from './last-alive.ts'
import { openStepwise } from './stepwise.ts'
import type { Target } from './target.ts'
import { TargetError } from './target-error.ts'
import { errorCode, reasonOf } from './trouble.ts'

/** A target that keeps its root open: `close` lets the disk be unmounted. */
export interface MountedTree extends Target {
  close(): void
}

/**
 * The host whose disk is mounted, or unpacked, at `dir`; also a container by its `/proc/PID/root`. Every path is resolved below it by the kernel, so that no link
 * and no rename leads out of it. `stepwise` does so name by name, as on kernels before 5.6.
 */
export function mountedTree(dir: string, options: { readonly stepwise?: boolean } = {}): MountedTree {
  const { root, path } = openRoot(dir)
  const gaps = new GapList()
  const files = descriptorTree(below(root, options.stepwise ?? false), gaps)
  let now: number | undefined
  return {
    os: 'linux',
    live: false,
    root: path,
    files,
    processes: false,
    gaps: gaps.list,
    addGap: (gap: Gap) => gaps.add(gap),
    get now() {
      now ??= lastAlive(files) ?? Date.now()
      return now
    },
    close: () => closeSync(root),
  }
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

function openRoot(dir: string): { root: number; path: string } {
  const advice = 'Name the directory under which the disk of the host is mounted.'
  try {
    // Opened as it was named: /proc/PID/root of a container says `/` and leads elsewhere.
    return { root: openSync(dir, O_RDONLY | O_DIRECTORY), path: resolve(dir) }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') throw new TargetError(`There is no directory ${dir}. ${advice}`, { cause: error })
    if (code === 'ENOTDIR') throw new TargetError(`${dir} is not a directory. ${advice}`, { cause: error })
    if (code === undefined) throw error
    throw new TargetError(`${dir} cannot be opened: ${reasonOf(code)}. Run this as root.`, { cause: error })
  }
}

function below(root: number, stepwise: boolean): PathOpener {
  const open = opening(root, stepwise)
  const statWith = (path: string, flags: number): Stats => using(open(path, flags), handle => fstatSync(handle))
  return {
    open,
    stat: path => statWith(path, O_PATH),
    lstat: path => statWith(path, O_PATH | O_NOFOLLOW),
    readLink: path => using(open(path, O_PATH | O_NOFOLLOW), readLinkOf),
    realPath: path => using(open(path, O_PATH), handle => pathBelow(root, handle)) ?? walked(root, path),
  }
}

function using<T>(descriptor: number, work: (descriptor: number) => T): T {
  try {
    return work(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const mostAttempts = 8

function opening(root: number, stepwise: boolean): PathOpener['open'] {
  let byName = stepwise
  return (path, flags) => {
    for (let attempt = 1; ; attempt++) {
      try {
        if (byName) return openStepwise(root, path, flags).descriptor
        return openInRoot(root, encodeBytes(path), flags)
      } catch (error) {
        const code = errorCode(error)
        if (byName) throw error
        if (code === 'ENOSYS') byName = true
        // Longer than one call takes, which only a name by name reaches.
        else if (code === 'ENAMETOOLONG') return openStepwise(root, path, flags).descriptor
        else if (code !== 'EAGAIN' || attempt >= mostAttempts) throw error
      }
    }
  }
}

/** Where the kernel says that the handle is, below the root; undefined when that cannot be told for sure. */
function pathBelow(root: number, handle: number): string | undefined {
  try {
    const top = decodeBytes(readlinkSync(`/proc/self/fd/${root}`, 'buffer'))
    const path = decodeBytes(readlinkSync(`/proc/self/fd/${handle}`, 'buffer'))
    if (path.endsWith(' (deleted)')) return undefined
    if (path === top) return '/'
    const inside = top === '/' ? '' : top
    return path.startsWith(`${inside}/`) ? path.slice(inside.length) : undefined
  } catch {
    return undefined
  }
}

function walked(root: number, path: string): string {
  const { descriptor, path: real } = openStepwise(root, path, O_PATH)
  closeSync(descriptor)
  return real
}
