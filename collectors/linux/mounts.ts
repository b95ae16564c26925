import type { Fact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector } from '../collector.ts'
import { type MountLine, readMounts } from './mount-info.ts'

/**
 * Mounts that lie over something that should be seen (proc_pid_mountinfo(5)): over /proc/PID, which hides a process from
 * every tool, over a single file, or over a directory in which things are started from.
 */
export const mounts: Collector = {
  name: 'mounts',
  collects: ['mount'],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  *collect({ target }) {
    for (const mount of readMounts(target)) {
      const fact = mountFact(target, mount)
      if (fact) yield fact
    }
  },
}

// What container runtimes, systemd and snap put over single files or directories everywhere.
const everyday =
  /^\/(?:etc\/(?:hosts|hostname|resolv\.conf|machine-id)|dev(?:\/.*)?|run\/(?:credentials|systemd|user|netns|docker|containerd|snapd|secrets)(?:\/.*)?|snap(?:\/.*)?|var\/(?:snap|lib\/(?:docker|containerd|kubelet|lxcfs|snapd|containers))(?:\/.*)?|proc\/(?:sys\/fs\/binfmt_misc|acpi|asound|bus|fs|irq|kcore|keys|latency_stats|timer_list|scsi|sys|sysrq-trigger|cpuinfo|meminfo|stat|uptime|swaps|diskstats|loadavg)(?:\/.*)?)$/

const startPlaces =
  /^\/(?:etc|etc\/(?:cron\.(?:d|hourly|daily|weekly|monthly)|systemd(?:\/.*)?|init\.d|rc\w*\.d|profile\.d|pam\.d|ssh|sudoers\.d|ld\.so\.conf\.d|udev(?:\/.*)?|apt(?:\/.*)?|update-motd\.d)|var\/spool(?:\/.*)?|(?:usr\/)?lib\/(?:systemd(?:\/.*)?|udev(?:\/.*)?|modules(?:\/.*)?)|(?:usr\/)?s?bin|usr\/local\/s?bin|root\/\.ssh|home\/[^/]+\/\.ssh|var\/log|proc|sys)$/

function mountFact(target: Target, mount: MountLine): Fact | undefined {
  const pid = Number(/^\/proc\/([1-9]\d{0,9})(?:\/|$)/.exec(mount.path)?.[1] ?? 0)
  const covers = pid > 0 ? 'process' : coveredKind(target, mount)
  if (covers === undefined) return undefined
  return {
    kind: 'mount',
    path: displayBytes(mount.path),
    mountId: mount.mountId,
    source: displayBytes(mount.root === '/' ? mount.source : `${mount.source} ${mount.root}`),
    fileSystem: displayBytes(mount.fileSystem),
    options: displayBytes(mount.options),
    covers,
    ...(pid > 0 ? { pid } : {}),
  }
}

function coveredKind(target: Target, { path, root, fileSystem }: MountLine): 'file' | 'directory' | undefined {
  if (everyday.test(path)) return undefined
  const type = target.files.stat(path)?.type
  if (type !== undefined && type !== 'directory') return 'file'
  // A whole disk on /var/log is an administrator's; a tmpfs or a bind of another directory there hides what lies beneath.
  const proper = path === '/proc' || path === '/sys' ? fileSystem !== path.slice(1).replace('sys', 'sysfs') : true
  const laid = root !== '/' || fileSystem === 'tmpfs' || path === '/proc' || path === '/sys'
  return laid && proper && startPlaces.test(path) && !isSubvolume(root, fileSystem) ? 'directory' : undefined
}

/** btrfs shows subvolumes, the usual layout of many distributions, as a root of their own. */
function isSubvolume(root: string, fileSystem: string): boolean {
  return fileSystem === 'btrfs' && /^\/@?[^/]*(?:\/[^/]+)?$/.test(root)
}
