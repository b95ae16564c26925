import { lstatSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import type { Gap } from '../model/index.ts'
import { fileSystemType } from '../native/read/file-system-type.ts'
import { ownProcDirectory } from '../native/read/own-proc.ts'
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
  open: (path, flags) => openSync(forNode(uncovered(path)), flags),
  stat: path => statSync(forNode(uncovered(path)), { throwIfNoEntry: false }),
  lstat: path => lstatSync(forNode(uncovered(path)), { throwIfNoEntry: false }),
  readLink: path => readlinkSync(forNode(uncovered(path)), 'buffer'),
  realPath: path => decodeBytes(realpathSync.native(forNode(path), 'buffer')),
}

/** The same path below a proc of our own, which no mount covers; without the right to have one, the path itself. */
function uncovered(path: string): string {
  if (path !== '/proc' && !path.startsWith('/proc/')) return path
  return `${ownProcDirectory()}${path.slice('/proc'.length)}`
}

/** Node writes strings as UTF-8, which bytes that are none do not survive. */
function forNode(path: string): string | Buffer {
  return path.isWellFormed() ? path : encodeBytes(path)
}
