import { lstatSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import type { Gap } from '../model/index.ts'
import { fileSystemType } from '../native/read/file-system-type.ts'
import { decodeBytes, encodeBytes } from './bytes.ts'
import { descriptorTree, type PathOpener } from './descriptor-tree.ts'
import { GapList } from './gap-list.ts'
import { liveSockets } from './live-sockets.ts'
import type { Target } from './target.ts'

/** The running system that we are on. */
export function liveTarget(): Target {
  const gaps = new GapList()
  const files = descriptorTree(wholeSystem, gaps)
  return {
    os: 'linux',
    live: true,
    root: '/',
    files,
    processes: fileSystemType('/proc') === 'proc',
    sockets: liveSockets(files, gaps),
    gaps: gaps.list,
    addGap: (gap: Gap) => gaps.add(gap),
    get now() {
      return Date.now()
    },
  }
}

const wholeSystem: PathOpener = {
  open: (path, flags) => openSync(forNode(path), flags),
  stat: path => statSync(forNode(path), { throwIfNoEntry: false }),
  lstat: path => lstatSync(forNode(path), { throwIfNoEntry: false }),
  readLink: path => readlinkSync(forNode(path), 'buffer'),
  realPath: path => decodeBytes(realpathSync.native(forNode(path), 'buffer')),
}

/** Node writes strings as UTF-8, which bytes that are none do not survive. */
function forNode(path: string): string | Buffer {
  return path.isWellFormed() ? path : encodeBytes(path)
}
