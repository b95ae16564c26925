import { isHidingName } from './places.ts'

/** Programs that belong to the system on common distributions and that nobody installs by hand under another path. */
const systemPrograms = (
  'systemd systemd-journald systemd-logind systemd-udevd systemd-networkd systemd-resolved systemd-timesyncd systemd-machined ' +
  'systemd-hostnamed systemd-localed systemd-timedated systemd-oomd systemd-userdbd systemd-delta systemd-cgls systemd-cgtop ' +
  'agetty sshd crond atd anacron dbus-daemon dbus-broker rsyslogd syslogd klogd irqbalance polkitd auditd ' +
  'chronyd ntpd udevd accounts-daemon NetworkManager networkd-dispatcher ModemManager wpa_supplicant dhclient dhcpcd avahi-daemon ' +
  'packagekitd rpcbind rpc.statd acpid smartd lvmetad multipathd firewalld unattended-upgrades snapd udisksd upowerd ' +
  'gdm lightdm bluetoothd cupsd colord rtkit-daemon thermald iscsid mdadm dmeventd gssproxy sssd nscd oddjobd abrtd kdumpd'
).split(' ')

/** Threads of the kernel (ps -ef | grep '\\['): a program with such a name pretends to be one. */
const kernelThreads = (
  'kthreadd kswapd kswapd0 kdevtmpfs bioset kauditd khugepaged khungtaskd kcompactd0 ksmd kworker ksoftirqd kblockd kintegrityd ' +
  'kthrotld kpsmoused kswapd1 rcu_sched rcu_preempt rcu_bh watchdogd oom_reaper cpuhp ' +
  'edac-poller ata_sff scsi_eh jbd2 ext4-rsv-conver xfsaild kstrp charger_manager devfreq_wq kdmflush kpktgend kcryptd'
).split(' ')

const known = new Map([...systemPrograms, ...kernelThreads].map(name => [name.toLowerCase(), name]))
/** Debian's name of a package, on its hooks, beside the program's own. */
const alsoUsual = new Set(['wpasupplicant'])
/** Words that people call their own services by, near as they are to a thread of the kernel. */
const everyday = new Set(['worker', 'watchdog'])
/** Where nobody builds or unpacks programs of their own. */
const wrongPlaces = /^\/(etc|boot|dev|run|tmp|var\/(spool|log|cache|mail|run|tmp|games)|usr\/(share|games|include))\//

/**
 * The system program or kernel thread that a name pretends to be: nearly the same name, or exactly the same name in a
 * place where that program never lies. Undefined for names that imitate nothing. A likeness is no proof of anything.
 */
export function imitated(name: string, path: string | undefined): string | undefined {
  const bare = name
    .replace(/^\[|\]$/g, '')
    .replace(/\.(service|timer|socket|path|sh|bin|elf)$/, '')
    .toLowerCase()
  if (bare.length < 4 || alsoUsual.has(bare)) return undefined
  const same = known.get(bare)
  if (same !== undefined) return path !== undefined && isWrongFor(same, path) ? same : undefined
  if (bare.length < 6 || everyday.has(bare)) return undefined
  let near = remembered.get(bare)
  if (near === undefined) {
    // A host has many names and few of them twice; a hostile one must not fill the memory.
    if (remembered.size > 20_000) remembered.clear()
    near = nearestTo(bare)
    remembered.set(bare, near)
  }
  return near ?? undefined
}

/** No program at all is called like a thread of the kernel, but for a daemon of that name. */
function isWrongFor(name: string, path: string): boolean {
  if (wrongPlaces.test(path) || isHidden(path)) return true
  return kernelThreads.includes(name) && name !== 'watchdogd' && /^\/(usr\/)?s?bin\//.test(path)
}

const remembered = new Map<string, string | null>()

function nearestTo(bare: string): string | null {
  for (const [lower, original] of known) {
    if (lower.length < 5) continue
    if (kernelThreads.includes(original) && /^(i|s|ds|d|d?\d+|_?\d+|a|x)$/.test(suffix(bare, lower))) return original
    if (Math.abs(lower.length - bare.length) > 1) continue
    if (distance(bare, lower) === 1 && !isPlural(bare, lower)) return original
  }
  return null
}

function isHidden(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some(part => part !== '' && isHidingName(part))
}

function suffix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '\u0000'
}

function isPlural(a: string, b: string): boolean {
  return a === `${b}s` || b === `${a}s` || a === `${b}d` || b === `${a}d`
}

/** Damerau-Levenshtein distance, cut off at 2. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next.push(best)
    }
    if (Math.min(...next) > 1) return 2
    before = row
    row = next
  }
  return row[b.length] ?? 2
}
