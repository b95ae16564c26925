import type { Gap } from '../model/index.ts'
import { GapList } from './gap-list.ts'
import { lastAlive } from './last-alive.ts'
import { type MemoryFile, memoryEpoch, memoryTree } from './memory-tree.ts'
import type { SocketRow, Target } from './target.ts'

export interface MemoryTargetOptions {
  readonly files: Readonly<Record<string, string | Buffer | MemoryFile>>
  /** Default: true when a path lies below /proc/PID. */
  readonly processes?: boolean
  /** Default: as `processes`. */
  readonly live?: boolean
  readonly sockets?: readonly SocketRow[]
  /** ISO 8601. Default: the newest change in /etc, /var/log and /var/lib, and without one 2026-01-01. */
  readonly now?: string
}

/** A host out of a table of files, for tests: everything that collectors see is in the call. */
export function memoryTarget(options: MemoryTargetOptions): Target {
  const gaps = new GapList()
  const files = memoryTree(options.files, gaps)
  const processes = options.processes ?? Object.keys(options.files).some(path => /^\/proc\/\d+\//.test(path))
  const live = options.live ?? processes
  const rows = options.sockets ?? []
  return {
    os: 'linux',
    live,
    root: 'memory',
    files,
    processes,
    ...(live || options.sockets !== undefined ? { sockets: { rows: () => rows } } : {}),
    gaps: gaps.list,
    addGap: (gap: Gap) => gaps.add(gap),
    now: options.now === undefined ? (lastAlive(files) ?? Date.parse(memoryEpoch)) : Date.parse(options.now),
  }
}
