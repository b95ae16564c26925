import { kernelSockets } from '../native/read/sockets.ts'
import type { GapList } from './gap-list.ts'
import type { SocketRow, SocketTable } from './target.ts'
import { errorCode, reasonOf } from './trouble.ts'

/** The sockets of the running system, asked anew at each call; a gap and no rows where the kernel does not tell. */
export function liveSockets(gaps: GapList): SocketTable {
  return {
    rows(): readonly SocketRow[] {
      try {
        return kernelSockets()
      } catch (error) {
        const code = errorCode(error)
        if (code === undefined) throw error
        gaps.add({ what: 'sockets', why: `SOCK_DIAG: ${reasonOf(code)}` })
        return []
      }
    },
  }
}
