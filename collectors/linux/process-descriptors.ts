import type { Target } from '../../target/index.ts'

const mostDescriptors = 16_384

/** One entry of `/proc/PID/fd`. */
export interface Descriptor {
  readonly fd: string
  /** A path, `socket:[INODE]`, `pipe:[INODE]`, `anon_inode:…`. */
  readonly says: string
}

/** What a process holds open, at most 16,384 descriptors. */
export function descriptorsOf(target: Target, pid: number, most = mostDescriptors): Descriptor[] {
  const descriptors: Descriptor[] = []
  for (const fd of target.files.list(`/proc/${pid}/fd`, most) ?? []) {
    const says = target.files.readLink(`/proc/${pid}/fd/${fd}`)
    if (says !== undefined) descriptors.push({ fd, says })
  }
  return descriptors
}

/** The inode of `socket:[INODE]`. */
export function socketInode(says: string | undefined): number | undefined {
  const match = /^socket:\[(\d+)\]$/.exec(says ?? '')
  return match ? Number(match[1]) : undefined
}

const minersDevices =
  /^\/dev\/(?:nvidia(?:\d+|ctl|-uvm)|kfd|dri\/(?:render|card)\w+|accel\/\w+|(?:xdma|qdma|xocl|xclmgmt|davinci)[\w.-]*|cpu\/\d+\/msr|msr\w*|mem)$/
const dropPlaces = /^\/(?:tmp|var\/tmp|dev\/shm|run\/shm|run\/lock)\//

/** Devices that miners want: graphics cards and other boards that compute, model-specific registers. */
export function minersDevicesIn(descriptors: readonly Descriptor[]): string[] {
  return unique(descriptors.map(({ says }) => says).filter(says => minersDevices.test(says)))
}

/** Files that were deleted under the process, or lie where droppers put things. */
export function oddFilesIn(descriptors: readonly Descriptor[]): string[] {
  const odd = descriptors
    .map(({ says }) => says)
    .filter(says => says.startsWith('/') && !/^\/(?:memfd:|SYSV|dev\/zero|\[|i915)/.test(says))
    .filter(says => says.endsWith(' (deleted)') || dropPlaces.test(says))
  return unique(odd)
}

/** True where stdin and stdout are one network socket. `ssh HOST COMMAND` gives a unix one, which is everyday life. */
export function isNetworkShell(target: Target, pid: number, descriptors: readonly Descriptor[]): boolean {
  const input = socketInode(descriptors.find(({ fd }) => fd === '0')?.says)
  const output = socketInode(descriptors.find(({ fd }) => fd === '1')?.says)
  if (input === undefined || input !== output) return false
  const unix = target.files.read(`/proc/${pid}/net/unix`, 4 << 20, 'fine')?.toString('latin1') ?? ''
  return !new RegExp(`^\\S+: (?:\\S+ ){5} *${input}(?: |$)`, 'm').test(unix)
}

function unique(says: string[]): string[] {
  return [...new Set(says)].slice(0, 20)
}
