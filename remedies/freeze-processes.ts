import type { Action, ActionOf, ProcessName } from '../model/index.ts'
import { signalProcess } from '../native/write/signal.ts'
import {
  cgroupOf,
  type Freezer,
  freezers,
  frozenState,
  makeCgroup,
  membersOf,
  moveTo,
  removeCgroup,
  setFrozen,
  waitFrozen,
} from './cgroups.ts'
import { markOf } from './host.ts'
import { namedNow, newcomers } from './newcomers.ts'
import { bootId, readProcess, standing } from './processes.ts'
import { protectedProcess } from './protected.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'

interface Member {
  readonly pid: number
  readonly startTime: number
  /** The cgroup it was in. */
  readonly from: string
}

/** What thawing needs. Newcomers are added and journaled before they are moved. */
export interface Frozen {
  readonly boot: string
  readonly freezer: Freezer | undefined
  /** Cgroups that held nothing but the set, frozen where they are. */
  readonly inPlace: readonly string[]
  /** A cgroup of ours for all others. */
  readonly own: string
  readonly moved: readonly Member[]
  /** Without any freezer: those that got SIGSTOP, and were not stopped before. */
  readonly stopped: readonly { readonly pid: number; readonly startTime: number }[]
}

const quietPasses = 2
const mostPasses = 100
const pauseMs = 20

/** Stops the whole set at once, and whatever joins it meanwhile, so that no watchdog can answer. */
export const freezeProcesses: Remedy<'freeze-processes', Frozen> = {
  kind: 'freeze-processes',
  undoable: true,
  needsLive: true,
  async check({ processes }, host) {
    if (processes.length > host.limits.processes) {
      return refused(`${processes.length} processes are more than ${host.limits.processes} (limit)`)
    }
    const states = processes.map(one => [one, standing(one)] as const)
    if (states.every(([, state]) => state === 'gone')) return alreadyDone
    const present = states.filter(([, state]) => state === 'same')
    if (present.length === 0) return changedSince('every process of the set runs something else now')
    for (const [{ pid }] of present) {
      const guard = protectedProcess(pid)
      if (guard !== undefined) return refused(guard)
    }
    return ready
  },
  async prepare({ processes }, host) {
    const pids = processes.filter(one => standing(one) === 'same').map(({ pid }) => pid)
    const freezer = freezers().find(one => canMake(`${one.folder}/davylamp-${markOf(host.step)}`))
    const own = freezer === undefined ? '' : `${freezer.folder}/davylamp-${markOf(host.step)}`
    const from = new Map(pids.map(pid => [pid, freezer === undefined ? '' : (cgroupOf(pid, freezer) ?? '')]))
    const inPlace = freezer === undefined ? [] : wholeCgroups(new Set(pids), [...from.values()], freezer)
    const outside = pids.filter(pid => !inPlace.includes(from.get(pid) ?? ''))
    return {
      boot: bootId(),
      freezer,
      inPlace,
      own,
      moved: freezer === undefined ? [] : outside.flatMap(pid => memberOf(pid, from.get(pid) ?? '')),
      stopped: freezer === undefined ? outside.flatMap(running) : [],
    }
  },
  async apply(action, saved, host) {
    let frozen = saved
    await hold(frozen)
    const found = new Map<number, ProcessName>()
    const set = () => new Set([...knownOf(action), ...found.keys()])
    for (const extra of await strangers(action, frozen)) found.set(extra.pid, extra)
    for (let pass = 0, quiet = 0; quiet < quietPasses && pass < mostPasses; pass++) {
      const joined = newcomers(set(), action.follow).filter(({ pid }) => protectedProcess(pid) === undefined)
      quiet = joined.length === 0 ? quiet + 1 : 0
      if (joined.length === 0) {
        await new Promise(resolve => setTimeout(resolve, pauseMs))
        continue
      }
      if (set().size + joined.length > host.limits.processes) throw new Error('too many processes join the set (limit)')
      frozen = withJoined(frozen, joined)
      host.step.amend(frozen)
      await hold(frozen)
      // Named only now that it stands still: it may just have been on its way from fork to exec.
      for (const { pid } of joined) {
        const name = namedNow(pid)
        if (name !== undefined) found.set(pid, name)
      }
    }
    return [...found.values()].flatMap(process => following(process))
  },
  async undo(_action, saved) {
    if (saved.boot !== bootId()) return 'undone'
    const { freezer, own } = saved
    if (freezer !== undefined) {
      for (const folder of saved.inPlace) if (membersOf(folder) !== undefined) setFrozen(folder, false, freezer)
      for (const member of saved.moved) giveBack(member)
      if (membersOf(own) !== undefined) setFrozen(own, false, freezer)
      removeCgroup(own)
    }
    for (const { pid, startTime } of saved.stopped) {
      signalProcess(pid, 'continue', () => readProcess(pid)?.startTime === startTime)
    }
    return 'undone'
  },
}

/** One that runs something else now may have been seen between fork and exec: if it still belongs to the set it joins anew. */
function knownOf({ processes }: ActionOf<'freeze-processes'>): Set<number> {
  return new Set(processes.filter(one => typeof standing(one) === 'string').map(({ pid }) => pid))
}

/** Members of an in-place cgroup that the plan did not know: children join the set, all else must not stand still. */
async function strangers(action: ActionOf<'freeze-processes'>, frozen: Frozen): Promise<ProcessName[]> {
  const known = knownOf(action)
  const inside = [...frozen.inPlace, frozen.own].flatMap(folder => (folder === '' ? [] : (membersOf(folder) ?? [])))
  const unknown = new Set(inside.filter(pid => !known.has(pid)))
  const own = new Set(frozen.own === '' ? [] : (membersOf(frozen.own) ?? []))
  // Who is in our cgroup was moved there before a crash, or was born there.
  const joined = newcomers(known, action.follow, own).filter(({ pid }) => unknown.has(pid))
  const innocent = [...unknown].filter(pid => !joined.some(one => one.pid === pid))
  if (innocent.length === 0 || frozen.freezer === undefined) return joined
  const { freezer } = frozen
  makeCgroup(frozen.own)
  setFrozen(frozen.own, true, freezer)
  for (const folder of frozen.inPlace) {
    const members = membersOf(folder) ?? []
    if (!members.some(pid => innocent.includes(pid))) continue
    for (const pid of members) if (!innocent.includes(pid)) moveTo(frozen.own, pid)
    setFrozen(folder, false, freezer)
  }
  return joined
}

async function hold({ freezer, inPlace, own, moved, stopped }: Frozen): Promise<void> {
  if (freezer === undefined) {
    for (const { pid, startTime } of stopped) {
      signalProcess(pid, 'stop', () => readProcess(pid)?.startTime === startTime)
    }
    return
  }
  if (moved.length > 0) makeCgroup(own)
  for (const { pid, startTime } of moved) {
    const now = readProcess(pid)
    if (now?.startTime === startTime && now.state !== 'Z' && cgroupOf(pid, freezer) !== own) moveTo(own, pid)
  }
  const folders = moved.length > 0 ? [own, ...inPlace] : inPlace
  // All are asked first and waited for afterwards, so that none runs on while another is stopped.
  for (const folder of folders) if (membersOf(folder) !== undefined) setFrozen(folder, true, freezer)
  for (const folder of folders) {
    if (await waitFrozen(folder, freezer)) continue
    if (frozenState(folder, freezer) !== 'freezing') continue
    throw new Error(`a process in ${folder} hangs in the kernel and does not freeze`)
  }
}

function withJoined(frozen: Frozen, joined: readonly ProcessName[]): Frozen {
  const { freezer } = frozen
  if (freezer === undefined) {
    return { ...frozen, stopped: [...frozen.stopped, ...joined.flatMap(({ pid }) => running(pid))] }
  }
  const members = joined.flatMap(({ pid }) => {
    if (frozen.moved.some(member => member.pid === pid)) return []
    const from = cgroupOf(pid, freezer) ?? ''
    // A child of a moved process is born in our cgroup: it goes where its parent goes back to.
    const parent = readProcess(pid)?.parent
    const home = frozen.moved.find(member => member.pid === parent)?.from ?? frozen.moved[0]?.from ?? freezer.folder
    return memberOf(pid, from === frozen.own ? home : from)
  })
  return { ...frozen, moved: [...frozen.moved, ...members.filter(({ from }) => !frozen.inPlace.includes(from))] }
}

function following(process: ProcessName): Action[] {
  return [
    { kind: 'preserve-process', process },
    { kind: 'kill-process', process },
  ]
}

/** Cgroups with nothing but members of the set, children included. The root is never one. */
function wholeCgroups(pids: ReadonlySet<number>, folders: readonly string[], freezer: Freezer): string[] {
  return [...new Set(folders)].filter(folder => {
    if (folder === '' || folder === freezer.folder) return false
    const members = membersOf(folder)
    return members !== undefined && members.length > 0 && members.every(pid => pids.has(pid))
  })
}

function memberOf(pid: number, from: string): Member[] {
  const startTime = readProcess(pid)?.startTime
  return startTime === undefined ? [] : [{ pid, startTime, from }]
}

function running(pid: number): { pid: number; startTime: number }[] {
  const now = readProcess(pid)
  return now === undefined || now.state === 'T' || now.state === 't' ? [] : [{ pid, startTime: now.startTime }]
}

function giveBack({ pid, startTime, from }: Member): void {
  if (from === '' || readProcess(pid)?.startTime !== startTime) return
  try {
    moveTo(from, pid)
  } catch {
    // Its cgroup takes no processes any more; it is thawed where it is.
  }
}

function canMake(folder: string): boolean {
  try {
    makeCgroup(folder)
    removeCgroup(folder)
    return true
  } catch {
    return false
  }
}
