import { constants, type Stats } from 'node:fs'
import type { FileStat } from './target.ts'

const types = new Map<number, FileStat['type']>([
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'directory'],
  [constants.S_IFLNK, 'symlink'],
  [constants.S_IFSOCK, 'socket'],
  [constants.S_IFIFO, 'fifo'],
])

/** Node's stat as ours. Anonymous inodes (eventfd, epoll) have no type of their own and count as devices. */
export function statOf(stats: Stats | undefined): FileStat | undefined {
  if (stats === undefined) return undefined
  return {
    type: types.get(stats.mode & constants.S_IFMT) ?? 'device',
    size: stats.size,
    uid: stats.uid,
    gid: stats.gid,
    mode: stats.mode & 0o7777,
    modifiedMs: stats.mtimeMs,
    changedMs: stats.ctimeMs,
    createdMs: stats.birthtimeMs === 0 ? undefined : stats.birthtimeMs,
    inode: stats.ino,
    device: stats.dev,
    linkCount: stats.nlink,
  }
}
