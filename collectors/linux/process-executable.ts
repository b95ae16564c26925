import type { ProcStat, Target } from '../../target/index.ts'

/** What `/proc/PID/exe` says. */
export interface Executable {
  /** Without ` (deleted)`; `memfd:NAME` for one in memory. */
  readonly path: string
  /** The link through which its content can be read, whatever became of the path. */
  readonly link: string
  readonly deleted: boolean
  readonly inMemory: boolean
}

/**
 * The executable of a process. Where the first thread has ended and others go on, the process's own link is gone and that
 * of a thread is not: a miner can look like a zombie that way.
 */
export function executableOf(target: Target, { pid, state, threads }: ProcStat): Executable | undefined {
  const own = readExecutable(target, `/proc/${pid}/exe`)
  if (own || threads < 2 || state !== 'Z') return own
  for (const thread of (target.files.list(`/proc/${pid}/task`) ?? []).slice(0, 8)) {
    const other = readExecutable(target, `/proc/${pid}/task/${thread}/exe`)
    if (other) return other
  }
  return undefined
}

function readExecutable(target: Target, link: string): Executable | undefined {
  const says = target.files.readLink(link)
  if (says === undefined || says === '') return undefined
  const marked = says.endsWith(' (deleted)')
  const bare = marked ? says.slice(0, -' (deleted)'.length) : says
  if (bare.startsWith('/memfd:')) return { path: bare.slice(1), link, deleted: false, inMemory: true }
  if (/^\/proc\/[^/]+\/(?:task\/\d+\/)?fd\/\d+$/.test(bare))
    return { path: bare, link, deleted: marked, inMemory: true }
  const deleted = marked && !isReallyNamedSo(target, says, link)
  // Files that were made without a name (O_TMPFILE) show as `/tmp/#1234`.
  return { path: deleted ? bare : says, link, deleted, inMemory: deleted && /\/#\d+$/.test(bare) }
}

/** A file may be called `x (deleted)`; then the link opens that very file. */
function isReallyNamedSo(target: Target, says: string, link: string): boolean {
  const named = target.files.lstat(says)
  const open = named && target.files.stat(link)
  return named !== undefined && open !== undefined && named.inode === open.inode && named.device === open.device
}
