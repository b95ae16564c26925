import type { LoadEvent, SensorStatus } from '../../model/index.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { displayBytes } from '../../target/index.ts'
import { type LoadLimits, type LoadRecord, LoadTracker, type Remarkable, usualLimits } from './load-tracker.ts'
import {
  groupDirectory,
  type GroupLoad,
  processesIn,
  type ProcessLoad,
  readGroupLoads,
  readLoads,
} from './read-loads.ts'

/** What is kept over a restart of ours. After a restart of the machine every process is another one. */
export interface KeptLoads {
  readonly bootId: string
  readonly processes: readonly (readonly [string, LoadRecord])[]
  readonly groups: readonly (readonly [string, LoadRecord])[]
}

export interface LoadSensorOptions {
  readonly onEvents: (events: readonly LoadEvent[]) => void
  readonly everyMs?: number
  readonly limits?: LoadLimits
  /** Number of this boot (/proc/sys/kernel/random/boot_id), and what was kept before. */
  readonly bootId: string
  readonly kept?: KeptLoads | undefined
}

/** Tells of processes and groups of processes that keep the processor busy. */
export interface LoadSensor {
  status(): SensorStatus
  /** To be given to the next one. */
  kept(): KeptLoads
  close(): void
}

const usualEveryMs = 5000

export function startLoadSensor(options: LoadSensorOptions): LoadSensor {
  const { limits = usualLimits, bootId, kept, everyMs = usualEveryMs } = options
  const [proc, groups] = [ownProcDirectory(), groupDirectory()]
  const same = kept?.bootId === bootId ? kept : undefined
  const trackers = {
    processes: new LoadTracker(limits, same?.processes),
    groups: new LoadTracker(limits, same?.groups),
  }
  const since = new Date().toISOString()
  let count = 0
  const look = () => {
    const { processes, watched } = readLoads(proc)
    const nowMs = bootClockMs()
    const found = trackers.processes.look(nowMs, processes, watched)
    const groupLoads = groups === undefined ? [] : readGroupLoads(groups)
    const together = trackers.groups.look(nowMs, groupLoads, watched)
    const events = [
      ...found.flatMap(one => processEvent(one, processes)),
      ...together.flatMap(one => groupEvent(one, groupLoads, processes, trackers.processes)),
    ]
    count += events.length
    if (events.length > 0) options.onEvents(events)
  }
  look()
  const timer = setInterval(look, everyMs)
  return {
    status: () => ({
      name: 'load',
      source: groups === undefined ? 'processes' : 'processes and cgroups',
      since,
      events: count,
      lost: 0,
    }),
    kept: () => ({ bootId, processes: trackers.processes.kept(), groups: trackers.groups.kept() }),
    close: () => clearInterval(timer),
  }
}

function processEvent({ key, ...load }: Remarkable, processes: readonly ProcessLoad[]): LoadEvent[] {
  const stat = processes.find(one => one.key === key)?.stat
  if (stat === undefined) return []
  const { pid, startTime, name } = stat
  return [{ kind: 'load', at: new Date().toISOString(), pid, startTime, name: displayBytes(name), ...load }]
}

/** Of a group only what no process in it explains: workers that come and go. */
function groupEvent(
  { key, ...load }: Remarkable,
  groups: readonly GroupLoad[],
  processes: readonly ProcessLoad[],
  tracker: LoadTracker,
): LoadEvent[] {
  const group = groups.find(one => one.key === key)
  if (group === undefined) return []
  const members = new Set(processesIn(group))
  const explained = processes.some(
    one => members.has(one.stat.pid) && (tracker.of(one.key)?.busySeconds ?? 0) >= load.busySeconds / 2,
  )
  return explained ? [] : [{ kind: 'load', at: new Date().toISOString(), cgroup: displayBytes(key), ...load }]
}
