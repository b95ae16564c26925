import { kernelSockets } from '../native/read/sockets.ts'
import type { GapList } from './gap-list.ts'
import { procNetSockets } from './proc-net.ts'
import type { FileTree, SocketRow, SocketTable } from './target.ts'
import { errorCode, reasonOf } from './trouble.ts'

/**
 * The sockets of the running system, asked anew at each call. Where the kernel has no SOCK_DIAG (it may be a module that is
 * not there), /proc/net has to do, and that is a gap.
 */
export function liveSockets(files: FileTree, gaps: GapList, ask: () => SocketRow[] = kernelSockets): SocketTable {
  return {
    rows(): readonly SocketRow[] {
      try {
        return ask()
      } catch (error) {
        const code = errorCode(error)
        if (code === undefined) throw error
        const rows = procNetSockets(files, '/proc/net')
        gaps.add({
          what: 'sockets',
          why: `${reasonOf(code)} when asked by SOCK_DIAG; ${rows.length > 0 ? 'read from' : 'nothing in'} /proc/net`,
        })
        return rows
      }
    },
  }
}
