import { bindMount, unmountLazily } from '../native/write/mount.ts'
import type { ActionOf } from '../model/index.ts'
import { decodeBytes, encodeBytes, fromFact } from '../target/index.ts'
import { type Mount, readMounts } from './protected.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'

interface Unmounted {
  /** What was bound there; absent for a file system of its own, which is gone for good. */
  readonly source?: string
}

const systemPlaces =
  /^\/(?:proc|sys|dev|run|boot|etc|usr|var|home|root|tmp|opt|srv)?(?:\/(?:pts|shm|mqueue|hugepages|lib|log|tmp|cgroup|security|lock))?$/

/** Takes away a mount that hides something, such as one over /proc/PID. */
export const unmount: Remedy<'unmount', Unmounted> = {
  kind: 'unmount',
  undoable: true,
  needsLive: true,
  async check(action, host) {
    const path = pathOf(action)
    if (systemPlaces.test(path) || host.root !== '/') return refused(`${action.path} is a place of the system`)
    const there = readMounts().filter(mount => mount.path === path)
    if (there.length === 0) return alreadyDone
    const top = there.at(-1)
    return top?.id === action.mountId ? ready : changedSince(`another mount lies over ${action.path}`)
  },
  async prepare(action) {
    const mount = readMounts().find(({ id }) => id === action.mountId)
    const source = mount === undefined ? undefined : sourceOf(mount)
    return source === undefined ? {} : { source }
  },
  async apply(action) {
    const path = pathOf(action)
    if (readMounts().some(({ id, path: its }) => id === action.mountId && its === path))
      unmountLazily(encodeBytes(path))
    return undefined
  },
  async undo(action, { source }) {
    const path = pathOf(action)
    if (readMounts().some(mount => mount.path === path)) return 'undone'
    if (source === undefined) return 'final'
    bindMount(encodeBytes(source), encodeBytes(path))
    return 'undone'
  },
}

function pathOf(action: ActionOf<'unmount'>): string {
  return decodeBytes(encodeBytes(fromFact(action.path, action.pathBytes)))
}

/** Another path to what the mount shows. */
function sourceOf(mount: Mount): string | undefined {
  for (const other of readMounts()) {
    if (other.id === mount.id || other.device !== mount.device) continue
    const root = other.root === '/' ? '' : other.root
    if (mount.root !== other.root && !mount.root.startsWith(`${root}/`)) continue
    return `${other.path === '/' ? '' : other.path}${mount.root.slice(root.length)}` || '/'
  }
  return undefined
}
