import type { BpfProgramFact, ProcessFact } from '../../model/index.ts'
import { type BpfProgram, bpfProgram, bpfProgramIds, perfEventProgram, pinnedProgram } from '../../native/read/bpf.ts'
import { decodeBytes, displayBytes, encodeBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { bpfPowers } from './bpf-powers.ts'
import { factTime } from './fact-time.ts'
import { readClock } from './proc-stat.ts'
import { descriptorsOf } from './process-descriptors.ts'

/**
 * Programs that run inside the kernel on what happens there (bpf(2)) and could watch or change it, with who holds them: a
 * rootkit needs no module for that. The everyday ones, which systemd and containers hang on their cgroups, are left out.
 */
export const bpfPrograms: Collector = {
  name: 'bpf-programs',
  collects: ['bpf-program'],
  os: ['linux'],
  needsLive: true,
  stage: 'second',
  collect,
}

/** enum bpf_prog_type of linux/bpf.h, by number. */
const types =
  `unspec socket-filter kprobe sched-cls sched-act tracepoint xdp perf-event cgroup-skb cgroup-sock lwt-in lwt-out
  lwt-xmit sock-ops sk-skb cgroup-device sk-msg raw-tracepoint cgroup-sock-addr lwt-seg6local lirc-mode2 sk-reuseport
  flow-dissector cgroup-sysctl raw-tracepoint-writable cgroup-sockopt tracing struct-ops ext lsm sk-lookup syscall netfilter`.split(
    /\s+/,
  )
const watched = new Set(
  `kprobe sched-cls sched-act tracepoint xdp perf-event raw-tracepoint raw-tracepoint-writable tracing ext lsm`.split(
    ' ',
  ),
)
const mostFacts = 500
const mostHolders = 20
const mostPins = 2_000

export function bpfProgramType(type: number): string {
  return types[type] ?? `type-${type}`
}

function* collect(survey: Survey): Iterable<BpfProgramFact> {
  const { target } = survey
  // The kernel that answers bpf(2) is the one that we run on, and no recorded one.
  if (target.root !== '/' || !target.live) return
  const programs = loadedPrograms(target).filter(({ type }) => watched.has(bpfProgramType(type)))
  if (programs.length === 0) return
  if (programs.length > mostFacts)
    target.addGap({ what: 'BPF programs', why: `only ${mostFacts} of ${programs.length} were looked at` })
  const holders = holdersOf(survey)
  const pins = pinnedPaths(target)
  const later = holdersNow(target, id => !holders.has(id) && !pins.has(id), programs)
  const { bootMs } = readClock(target)
  const times = programs.filter(({ id }) => holders.has(id) || pins.has(id)).map(({ loadedNs }) => loadedNs)
  let unseen = 0
  for (const program of programs.slice(0, mostFacts)) {
    const held = { holders: holders.get(program.id) ?? [], pins: pins.get(program.id) ?? [] }
    const hasMate = times.some(time => isNear(time, program.loadedNs))
    const fact = programFact(program, { ...held, hasMate, bootMs })
    if (fact.heldBy === 'nobody' && later.has(program.id)) continue
    if (fact.heldBy === 'nobody' && !seesAllProcesses(target)) {
      unseen++
      continue
    }
    yield survey.deep || isStrange(fact) ? { ...fact, powers: bpfPowers(target, program.id) } : fact
  }
  if (unseen > 0)
    target.addGap({
      what: 'BPF programs',
      why: `who holds ${unseen === 1 ? 'one' : unseen} of them cannot be seen from a container: look from the host`,
    })
}

/** PROC_PID_INIT_INO of linux/proc_ns.h. */
const firstPidNamespace = 'pid:[4026531836]'

/** Programs are the kernel's, and whoever holds one may be outside of the container that this runs in. */
function seesAllProcesses(target: Target): boolean {
  return target.files.readLink('/proc/self/ns/pid') === firstPidNamespace
}

/** Programs that ended meanwhile, or are held by what has started since the processes were looked at: nothing to tell. */
function holdersNow(target: Target, asked: (id: number) => boolean, programs: readonly BpfProgram[]): Set<number> {
  const lonely = programs.filter(({ id }) => asked(id))
  if (lonely.length === 0) return new Set()
  const pids = (target.files.list('/proc') ?? []).filter(name => /^[1-9]\d*$/.test(name)).map(Number)
  const held = new Set(pids.flatMap(pid => [...programsHeldBy(target, pid)]))
  return new Set(lonely.map(({ id }) => id).filter(id => held.has(id) || !isLoaded(id)))
}

function isLoaded(id: number): boolean {
  try {
    return bpfProgram(id) !== undefined
  } catch {
    return true
  }
}

function loadedPrograms(target: Target): BpfProgram[] {
  try {
    return bpfProgramIds().flatMap(id => bpfProgram(id) ?? [])
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    target.addGap({ what: 'BPF programs', why: `the kernel does not tell which are loaded (${why})` })
    return []
  }
}

const together = 10_000_000_000n

function isNear(a: bigint, b: bigint): boolean {
  return a - b < together && b - a < together
}

export interface Held {
  readonly holders: readonly ProcessFact[]
  readonly pins: readonly string[]
  /** Another one that is held was loaded at the same time: this one is called by it. */
  readonly hasMate: boolean
  readonly bootMs: number | undefined
}

export function programFact(program: BpfProgram, { holders, pins, hasMate, bootMs }: Held): BpfProgramFact {
  const loadedMs = bootMs === undefined ? undefined : bootMs + Number(program.loadedNs / 1_000_000n)
  return {
    kind: 'bpf-program',
    programId: program.id,
    name: displayBytes(decodeBytes(program.name)) || 'without a name',
    programType: bpfProgramType(program.type),
    tag: program.tag,
    uid: program.uid,
    ...(loadedMs === undefined ? {} : { loadedAt: factTime(loadedMs) }),
    holders: holders.slice(0, mostHolders).map(one => ({
      pid: one.pid,
      name: one.name,
      ...(one.path === undefined ? {} : { path: one.path }),
      ...(one.ownership === undefined ? {} : { ownership: one.ownership }),
      ...(one.container === undefined ? {} : { container: one.container }),
      exeGone: one.exeDeleted || one.exeInMemory,
    })),
    pins: pins.slice(0, mostHolders).map(displayBytes),
    heldBy: holders.length > 0 ? 'process' : pins.length > 0 ? 'pin' : hasMate ? 'mate' : 'nobody',
    powers: [],
  }
}

/** Worth the reading of its instructions: not simply a package's program that holds its own. */
function isStrange({ holders, heldBy }: BpfProgramFact): boolean {
  if (heldBy !== 'process') return heldBy !== 'mate'
  return holders.some(
    ({ ownership, container, exeGone }) =>
      exeGone || (container === undefined && ownership !== 'owned' && ownership !== 'verified'),
  )
}

/** The processes that have each program open: itself, a link (fdinfo tells the program), or a perf event. */
function holdersOf(survey: Survey): Map<number, ProcessFact[]> {
  const { target } = survey
  const holders = new Map<number, ProcessFact[]>()
  for (const process of survey.facts('process')) {
    if (process.kernelThread) continue
    for (const id of programsHeldBy(target, process.pid)) holders.set(id, [...(holders.get(id) ?? []), process])
  }
  return holders
}

function programsHeldBy(target: Target, pid: number): Set<number> {
  const ids = new Set<number>()
  for (const { fd, says } of descriptorsOf(target, pid)) {
    if (says === 'anon_inode:bpf-prog' || says === 'anon_inode:bpf_link') {
      const id = programInDescriptor(target.files.text(`/proc/${pid}/fdinfo/${fd}`, 4_096) ?? '')
      if (id !== undefined) ids.add(id)
    } else if (says === 'anon_inode:[perf_event]') {
      const id = perfEventProgram(pid, Number(fd))
      if (id !== undefined) ids.add(id)
    }
  }
  return ids
}

/** `prog_id:\t7` of /proc/PID/fdinfo/FD. */
export function programInDescriptor(text: string): number | undefined {
  const id = /^prog_id:\s*([1-9]\d{0,9})\s*$/m.exec(text)?.[1]
  return id === undefined ? undefined : Number(id)
}

function pinnedPaths(target: Target): Map<number, string[]> {
  const pins = new Map<number, string[]>()
  const folders = ['/sys/fs/bpf']
  let left = mostPins
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of target.files.list(folder) ?? []) {
      if (left-- <= 0) {
        target.addGap({ what: 'BPF programs', why: `only ${mostPins} files were looked at`, path: '/sys/fs/bpf' })
        return pins
      }
      const path = `${folder}/${name}`
      const stat = target.files.lstat(path)
      if (stat?.type === 'directory') folders.push(path)
      const id = stat?.type === 'file' ? pinnedProgram(encodeBytes(path)) : undefined
      if (id !== undefined) pins.set(id, [...(pins.get(id) ?? []), path])
    }
  }
  return pins
}
