import type { Gap } from '../model/index.ts'

/**
 * Paths and names are strings in the form of `decodeBytes`: UTF-8 where it is valid, each other byte as a lone surrogate
 * U+DC80–U+DCFF, so that nothing is lost on the way back to the kernel. They are absolute with `/` and start at the
 * target's root. `displayBytes` turns them into what a fact may hold.
 */
export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'device'
  /** Bytes. */
  readonly size: number
  readonly uid: number
  readonly gid: number
  /** Permission bits with setuid, setgid and sticky: `st_mode & 0o7777`. */
  readonly mode: number
  /** Milliseconds since 1970. */
  readonly modifiedMs: number
  readonly changedMs: number
  /** Absent where the file system keeps no birth time. */
  readonly createdMs?: number | undefined
  readonly inode: number
  readonly device: number
  readonly linkCount: number
}

export interface FileDigest {
  readonly sha256: string
  readonly md5: string
  readonly size: number
}

/** Algorithms in which package managers record what a file holds. */
export const hashAlgorithms = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const
export type HashAlgorithm = (typeof hashAlgorithms)[number]

/**
 * The files of a host, read only. Links are followed inside the tree and never lead out of it. A missing file is
 * `undefined`; one that is there and cannot be read is a gap of the target and `undefined` too. Nothing here blocks on
 * a FIFO or device, and no read is longer than its limit.
 */
export interface FileTree {
  stat(path: string): FileStat | undefined
  lstat(path: string): FileStat | undefined
  /** Names in a directory, sorted by code unit; undefined when it is none. More than `limit` (default 100,000) names are a gap. */
  list(path: string, limit?: number): readonly string[] | undefined
  /** The first `limit` bytes (default 4 MiB) of a regular file. A file that is longer is cut, and that is a gap unless `cut` is 'fine'. */
  read(path: string, limit?: number, cut?: 'gap' | 'fine'): Buffer | undefined
  /** `read` and `decodeBytes`. */
  text(path: string, limit?: number): string | undefined
  /**
   * `length` bytes from `offset` of a regular file, fewer at its end. They are read into `into` where it is long enough:
   * who looks at thousands of files uses one buffer for all of them, and is done with a file before the next.
   */
  slice(path: string, offset: number, length: number, into?: Buffer): Buffer | undefined
  /** What a symlink says, not resolved. */
  readLink(path: string): string | undefined
  /** The path with every link resolved inside the tree; undefined when it leads nowhere. */
  realPath(path: string): string | undefined
  /** Of a regular file up to `limit` bytes (default 1 GiB; above it is a gap). */
  digest(path: string, limit?: number): FileDigest | undefined
  /** One hash in hex, with the limit of `digest`: half the work where one is all that is asked for. */
  hash(path: string, algorithm: HashAlgorithm, limit?: number): string | undefined
  /** FS_IOC_GETFLAGS; empty where the file system has none. */
  attributes(path: string): ('immutable' | 'append')[]
}

/** One read-only view of a host, whatever it is made of. */
export interface Target {
  readonly os: 'linux' | 'windows'
  /** True when this is the running system: only then do pids and sockets mean anything. */
  readonly live: boolean
  /** Where the tree is on the machine that runs us: `/`, the directory of `--root`, or `memory`. */
  readonly root: string
  readonly files: FileTree
  /** True when /proc of this target can be read as files (live, or a memory target that has it). */
  readonly processes: boolean
  /** Sockets of the kernel; absent where there is no running system. */
  readonly sockets?: SocketTable | undefined
  /** What could not be looked at so far. `addGap` keeps one of each kind. */
  readonly gaps: readonly Gap[]
  addGap(gap: Gap): void
  /** Milliseconds since 1970: now on a live target; for a tree the newest change in /var/log, /etc and /var/lib, which is when it was last alive. */
  readonly now: number
}

/** One row of SOCK_DIAG (linux/inet_diag.h). */
export interface SocketRow {
  readonly protocol: 'tcp' | 'udp'
  /** `ESTABLISHED`, `LISTEN`, `TIME_WAIT` … as the kernel names them; `UNCONN` is a UDP socket without a remote end. */
  readonly state: string
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly uid: number
  readonly inode: number
  readonly bytesSent?: number | undefined
  readonly bytesReceived?: number | undefined
}

export interface SocketTable {
  rows(): readonly SocketRow[]
}
