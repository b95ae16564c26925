import { signalProcess } from '../native/write/signal.ts'
import type { ProcessName } from '../model/index.ts'
import { cgroupOf, freezers, frozenState, makeCgroup, membersOf, moveTo, removeCgroup, setFrozen } from './cgroups.ts'
import { procText, standing, until } from './processes.ts'
import { protectedProcess } from './protected.ts'
import { alreadyDone, ChangedSince, changedSince, type Remedy, ready, refused } from './remedy.ts'

const dyingFolder = 'davylamp-dying'

/** Ends one process for good, by pidfd, when pid, start time and executable still agree. */
export const killProcess: Remedy<'kill-process', null> = {
  kind: 'kill-process',
  undoable: false,
  needsLive: true,
  async check({ process }) {
    const state = standing(process)
    if (state === 'gone') return alreadyDone
    if (state !== 'same') return changedSince(state.changed)
    const guard = protectedProcess(process.pid)
    return guard === undefined ? ready : refused(guard)
  },
  prepare: async () => null,
  async apply({ process }) {
    const guard = protectedProcess(process.pid)
    if (guard !== undefined) throw new Error(guard)
    const frozen = frozenCgroups(process.pid)
    if (!signalProcess(process.pid, 'kill', () => standing(process) === 'same')) {
      const state = standing(process)
      if (state !== 'gone' && state !== 'same') throw new ChangedSince(state.changed)
    }
    wake(process)
    if (!(await until(() => standing(process) === 'gone', 10_000))) {
      throw new Error(`process ${process.pid} got SIGKILL and still hangs in the kernel`)
    }
    for (const [folder, freezer] of frozen) settle(folder, freezer)
    return undefined
  },
  undo: async () => 'final',
}

type FrozenCgroup = [folder: string, freezer: ReturnType<typeof freezers>[number]]

function frozenCgroups(pid: number): FrozenCgroup[] {
  return freezers()
    .map(freezer => [cgroupOf(pid, freezer), freezer] as const)
    .filter((pair): pair is FrozenCgroup => pair[0] !== undefined && frozenState(pair[0], pair[1]) !== 'thawed')
}

/** A frozen process of cgroup v1 dies only when thawed: it is moved, alone and with SIGKILL pending, to where it can. */
function wake({ pid }: ProcessName): void {
  for (const freezer of freezers()) {
    const folder = cgroupOf(pid, freezer)
    if (freezer.version !== 1 || folder === undefined || frozenState(folder, freezer) === 'thawed') continue
    if (!killPending(pid)) continue
    makeCgroup(`${freezer.folder}/${dyingFolder}`)
    moveTo(`${freezer.folder}/${dyingFolder}`, pid)
  }
}

function killPending(pid: number): boolean {
  const killBit = 1n << 8n
  const sets = (procText(pid, 'status') ?? '').matchAll(/^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$/gm)
  return [...sets].some(([, mask]) => (BigInt(`0x${mask}`) & killBit) !== 0n)
}

/** Once its last process is dead a cgroup is thawed, or removed if it is ours. */
function settle(folder: string, freezer: FrozenCgroup[1]): void {
  removeCgroup(`${freezer.folder}/${dyingFolder}`)
  if ((membersOf(folder)?.length ?? 1) > 0) return
  try {
    setFrozen(folder, false, freezer)
  } catch {
    // systemd removes the cgroup of a service as soon as it is empty.
  }
  if (/\/davylamp-[^/]*$/.test(folder)) removeCgroup(folder)
}
