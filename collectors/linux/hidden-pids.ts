import { processExists } from '../../native/read/process-exists.ts'
import type { Target } from '../../target/index.ts'
import { listedPids, parseStatus } from './proc-stat.ts'

const mostPids = 65_536
const budgetMs = 60

/**
 * Processes that exist and that a listing of /proc leaves out, as getdents hooks of rootkits do. Every pid is asked for by
 * number, twice, between two listings, so that one which starts or ends meanwhile is not taken for hidden. Threads exist
 * by number too and are never listed: their thread group tells them apart.
 */
export function hiddenPids(target: Target, listedBefore: readonly number[]): number[] {
  const known = new Set(listedBefore)
  const candidates = probe(target).filter(pid => !known.has(pid))
  if (candidates.length === 0) return []
  const unlisted = candidates.filter(pid => leadsThreadGroup(target, pid))
  if (unlisted.length === 0) return []
  const listedAfter = new Set(listedPids(target))
  return unlisted.filter(pid => !listedAfter.has(pid) && leadsThreadGroup(target, pid))
}

function leadsThreadGroup(target: Target, pid: number): boolean {
  const text = target.files.read(`/proc/${pid}/status`, 8192, 'fine')?.toString('latin1')
  return text !== undefined && parseStatus(text).threadGroup === pid
}

/** Numbers that are a process or thread, the ones most probably in use first. */
function probe(target: Target): number[] {
  const exists = existence(target)
  const highest = Math.min(numberIn(target, '/proc/sys/kernel/pid_max', /^(\d+)/) ?? mostPids, 4_194_304)
  const last = Math.min(numberIn(target, '/proc/loadavg', /(\d+)\s*$/) ?? 0, highest)
  const ranges: [number, number][] = [[1, Math.min(highest, mostPids)]]
  if (last > mostPids) ranges.push([Math.max(mostPids, last - mostPids) + 1, Math.min(last + 1024, highest)])
  const found: number[] = []
  const deadline = performance.now() + budgetMs
  let tried = 0
  for (const [from, to] of ranges) {
    for (let pid = from; pid <= to; pid++) {
      if (exists(pid)) found.push(pid)
      tried++
      if ((pid & 1023) === 0 && performance.now() > deadline) return cut(target, tried, found)
    }
  }
  if (last > 2 * mostPids) cut(target, tried, found)
  return found
}

function cut(target: Target, tried: number, found: number[]): number[] {
  target.addGap({ what: 'hidden processes', why: `only ${tried} of the possible pids were asked for by number` })
  return found
}

/** The kernel is asked straight on the running system, where that takes a tenth of the time of a look into /proc. */
function existence(target: Target): (pid: number) => boolean {
  return target.root === '/' ? processExists : pid => target.files.lstat(`/proc/${pid}`) !== undefined
}

function numberIn(target: Target, path: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(target.files.text(path) ?? '')
  return match ? Number(match[1]) : undefined
}
