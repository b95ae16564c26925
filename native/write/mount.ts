import { systemCall } from './system-call.ts'
import { terminated } from './directory.ts'

const bind = 0x1000
const detach = 2
const noFollow = 8

/** Takes away the topmost mount at a path, also while it is in use (umount2(2), MNT_DETACH); never follows a link. */
export function unmountLazily(path: Buffer): void {
  systemCall('umount2', terminated(path), detach | noFollow)
}

/** Shows what lies at `source` at `path` as well (mount(2), MS_BIND). */
export function bindMount(source: Buffer, path: Buffer): void {
  systemCall('mount', terminated(source), terminated(path), null, bind, null)
}
