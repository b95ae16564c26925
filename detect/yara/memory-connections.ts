import type { Fact, ProcessFact } from '../../model/index.ts'
import { procNetSockets, type Target } from '../../target/index.ts'

const mostDescriptors = 4096

/** True where a process holds a connection, also one of another network namespace, such as a container's. */
export function holdsConnection(target: Target, fact: ProcessFact, facts: readonly Fact[]): boolean {
  if (facts.some(one => one.kind === 'socket' && one.pid === fact.pid)) return true
  const inodes = new Set<number>()
  for (const fd of target.files.list(`/proc/${fact.pid}/fd`, mostDescriptors) ?? []) {
    const inode = /^socket:\[(\d+)\]$/.exec(target.files.readLink(`/proc/${fact.pid}/fd/${fd}`) ?? '')?.[1]
    if (inode !== undefined) inodes.add(Number(inode))
  }
  if (inodes.size === 0) return false
  const rows = procNetSockets(target.files, `/proc/${fact.pid}/net`)
  return rows.some(row => inodes.has(row.inode) && row.remotePort !== 0)
}
