import type { Fact, ProcessFact } from '../../model/index.ts'
import { procNetSockets, type Target } from '../../target/index.ts'

const mostDescriptors = 4096

/**
 * True where a process holds a connection, also one of another network namespace, such as a container's. Whoever records the
 * traffic of others with a packet socket holds their talks in memory, and is not meant.
 */
export function holdsConnection(target: Target, fact: ProcessFact, facts: readonly Fact[]): boolean {
  const inodes = new Set<number>()
  for (const fd of target.files.list(`/proc/${fact.pid}/fd`, mostDescriptors) ?? []) {
    const inode = /^socket:\[(\d+)\]$/.exec(target.files.readLink(`/proc/${fact.pid}/fd/${fd}`) ?? '')?.[1]
    if (inode !== undefined) inodes.add(Number(inode))
  }
  if (inodes.size === 0 || recordsTraffic(target, fact.pid, inodes)) return false
  if (facts.some(one => one.kind === 'socket' && one.pid === fact.pid)) return true
  const rows = procNetSockets(target.files, `/proc/${fact.pid}/net`)
  return rows.some(row => inodes.has(row.inode) && row.remotePort !== 0)
}

/** packet(7) sockets as /proc/net/packet tells them: the inode is the last column. */
function recordsTraffic(target: Target, pid: number, inodes: ReadonlySet<number>): boolean {
  const text = target.files.read(`/proc/${pid}/net/packet`, 1 << 20, 'fine')?.toString('latin1') ?? ''
  return text.split('\n').some(line => inodes.has(Number(/ (\d{1,15})$/.exec(line)?.[1])))
}
