import { hasAffinity, isProcess } from '../../native/read/process-probes.ts'
import { processExists } from '../../native/read/process-exists.ts'
import { parseStatus, type Target } from '../../target/index.ts'
import { cgroupPids, parsePids } from './cgroup-processes.ts'
import { listedPids } from './proc-stat.ts'

const mostPids = 65_536
const budgetMs = 60
const deepBudgetMs = 2_000
const mostThreads = 20_000

/** Views of the kernel that leave a process out: the listing of /proc, a look at /proc/PID, kill(2). */
export type HidingView = 'readdir' | 'lookup' | 'kill'

/**
 * Processes that exist and that some view leaves out, as hooks of rootkits make it. Every pid is asked for by number, the
 * cgroups are asked for theirs, and where there is time threads are asked for their children and every number once more by
 * another call. What one view lacks is looked at again between two listings, so that a process which starts or ends
 * meanwhile is not taken for hidden. Threads exist by number too and are never listed: their thread group tells them apart.
 */
export function hiddenPids(target: Target, listedBefore: readonly number[], deep = false): Map<number, HidingView[]> {
  const hidden = new Map<number, HidingView[]>()
  if (isOfAnotherNamespace(target)) return hidden
  const known = new Set(listedBefore)
  const candidates = new Set([...probe(target, deep), ...cgroupPids(target), ...(deep ? children(target, known) : [])])
  const unlisted = [...candidates].filter(pid => !known.has(pid) && viewsWithout(target, pid).length > 0)
  const silent = target.root === '/' ? listedBefore.filter(isSilent) : []
  if (unlisted.length + silent.length === 0) return hidden
  const listedAfter = new Set(listedPids(target))
  for (const pid of unlisted) {
    const views = listedAfter.has(pid) ? [] : viewsWithout(target, pid)
    if (views.length > 0) hidden.set(pid, views)
  }
  for (const pid of silent) if (isSilent(pid) && readsAs(target, pid) === 'process') hidden.set(pid, ['kill'])
  return hidden
}

/** A host's /proc inside of a container: the numbers in it are not those that the kernel knows from us. */
function isOfAnotherNamespace(target: Target): boolean {
  if (target.root !== '/' || target.files.readLink('/proc/self') === String(process.pid)) return false
  target.addGap({ what: 'hidden processes', why: '/proc belongs to another pid namespace than this program' })
  return true
}

/** Of a process that the listing lacks: nothing for a thread, or for what has ended. */
function viewsWithout(target: Target, pid: number): HidingView[] {
  const reads = readsAs(target, pid)
  if (reads === 'process') return ['readdir']
  return reads === 'nothing' && target.root === '/' && isProcess(pid) ? ['readdir', 'lookup'] : []
}

function readsAs(target: Target, pid: number): 'process' | 'thread' | 'nothing' {
  const text = target.files.read(`/proc/${pid}/status`, 8192, 'fine')?.toString('latin1')
  const group = text === undefined ? undefined : parseStatus(text).threadGroup
  return group === undefined ? 'nothing' : group === pid ? 'process' : 'thread'
}

/** kill(2) denies it and another call does not. */
function isSilent(pid: number): boolean {
  return !processExists(pid) && hasAffinity(pid) && !processExists(pid)
}

/** Numbers that are a process or thread, the ones most probably in use first. */
function probe(target: Target, deep: boolean): number[] {
  const exists = existence(target, deep)
  const highest = Math.min(numberIn(target, '/proc/sys/kernel/pid_max', /^(\d+)/) ?? mostPids, 4_194_304)
  const last = Math.min(numberIn(target, '/proc/loadavg', /(\d+)\s*$/) ?? 0, highest)
  const ranges: [number, number][] = [[1, Math.min(highest, mostPids)]]
  if (deep) ranges.push([mostPids + 1, highest])
  else if (last > mostPids) ranges.push([Math.max(mostPids, last - mostPids) + 1, Math.min(last + 1024, highest)])
  const found: number[] = []
  const deadline = performance.now() + (deep ? deepBudgetMs : budgetMs)
  let tried = 0
  for (const [from, to] of ranges) {
    for (let pid = from; pid <= to; pid++) {
      if (exists(pid)) found.push(pid)
      tried++
      if ((pid & 1023) === 0 && performance.now() > deadline) return cut(target, tried, found)
    }
  }
  if (!deep && last > 2 * mostPids) cut(target, tried, found)
  return found
}

function cut(target: Target, tried: number, found: number[]): number[] {
  target.addGap({ what: 'hidden processes', why: `only ${tried} of the possible pids were asked for by number` })
  return found
}

/** The kernel is asked straight on the running system, where that takes a tenth of the time of a look into /proc. */
function existence(target: Target, deep: boolean): (pid: number) => boolean {
  if (target.root !== '/') return pid => target.files.lstat(`/proc/${pid}`) !== undefined
  return deep ? pid => processExists(pid) || hasAffinity(pid) : processExists
}

/** What the threads of the processes that are seen have started (proc_pid_task(5)); empty where the kernel keeps no such list. */
function* children(target: Target, pids: Iterable<number>): Iterable<number> {
  let left = mostThreads
  for (const pid of pids)
    for (const thread of target.files.list(`/proc/${pid}/task`) ?? []) {
      if (left-- <= 0) return
      const text = target.files.read(`/proc/${pid}/task/${thread}/children`, 1 << 16, 'fine')?.toString('latin1')
      if (text === undefined) break
      yield* parsePids(text.trim().replaceAll(' ', '\n'))
    }
}

function numberIn(target: Target, path: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(target.files.text(path) ?? '')
  return match ? Number(match[1]) : undefined
}
