import type { Fact, SysctlFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { join } from './directory.ts'
import { present } from './present.ts'

/** Kernel settings (sysctl.d(5)): each line of the files in the order in which they are applied, and what is in force. */
export const sysctl: Collector = {
  name: 'sysctl',
  collects: ['sysctl'],
  os: ['linux'],
  stage: 'first',
  collect,
}

// What miners tune and what intruders switch off; the rest is read only where a file of the host sets it.
const telling = [
  'vm.nr_hugepages',
  'vm.nr_overcommit_hugepages',
  'vm.swappiness',
  'vm.overcommit_memory',
  'kernel.nmi_watchdog',
  'kernel.watchdog',
  'fs.file-max',
  'kernel.core_pattern',
  'kernel.modprobe',
  'kernel.hotplug',
  'kernel.poweroff_cmd',
  'kernel.modules_disabled',
  'kernel.yama.ptrace_scope',
  'kernel.randomize_va_space',
  'kernel.kptr_restrict',
  'kernel.dmesg_restrict',
  'kernel.unprivileged_bpf_disabled',
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.route_localnet',
] // prettier-ignore

const directories = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d']
const mostSettings = 2000

function* collect(survey: Survey): Iterable<Fact> {
  const { target } = survey
  const names = new Set(telling)
  let count = 0
  for (const path of settingFiles(target)) {
    const { modified, attributes } = aboutPlace(target, path)
    const owner = survey.owner(path)
    for (const [at, text] of (target.files.text(path, 1 << 20) ?? '').split('\n', 10_000).entries()) {
      const setting = parseSysctl(text)
      if (!setting || ++count > mostSettings) continue
      if (owner.package === undefined && !setting.name.includes('*')) names.add(setting.name)
      yield present({
        kind: 'sysctl',
        name: displayBytes(setting.name),
        value: displayBytes(setting.value),
        path: displayBytes(path),
        line: at + 1,
        text: displayBytes(text),
        live: false,
        package: owner.package,
        modified,
        attributes: [...attributes],
      })
    }
  }
  if (target.live) yield* inForce(target, names)
}

/** By file name whatever the directory, a higher directory's file in place of a lower one's; sysctl.conf comes last. */
function settingFiles(target: Target): string[] {
  const byName = new Map<string, string>()
  const seen = new Set<string>()
  for (const directory of directories) {
    for (const name of target.files.list(directory) ?? []) {
      if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, join(directory, name))
    }
  }
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
  return [...sorted, '/etc/sysctl.conf'].filter(path => {
    const real = target.files.realPath(path)
    // Debian's 99-sysctl.conf is a link to sysctl.conf.
    if (real === undefined || seen.has(real) || (real === '/etc/sysctl.conf' && path !== real)) return false
    seen.add(real)
    return target.files.stat(path)?.type === 'file'
  })
}

/** `name = value`, with a dash in front where a failure may be ignored; slashes and dots both separate. */
export function parseSysctl(text: string): { name: string; value: string } | undefined {
  if (text.length > 4096) return undefined
  const match = /^\s*-?([\w.*/-][\w.*/:@-]*)\s*=\s*(.*?)\s*$/.exec(text)
  return match ? { name: dotted(match[1] ?? ''), value: match[2] ?? '' } : undefined
}

/** Where the first separator is a slash the dots belong to names (net/ipv4/conf/eth0.1). */
function dotted(name: string): string {
  const first = /[./]/.exec(name)?.[0]
  return first === '/' ? name.replaceAll('.', '\u0001').replaceAll('/', '.').replaceAll('\u0001', '/') : name
}

function* inForce(target: Target, names: Iterable<string>): Iterable<SysctlFact> {
  for (const name of names) {
    const parts = name.split('.')
    if (parts.some(part => part === '' || part === '..')) continue
    const path = `/proc/sys/${parts.map(part => part.replaceAll('/', '.')).join('/')}`
    const value = target.files.stat(path)?.type === 'file' ? target.files.text(path, 4096)?.trim() : undefined
    if (value !== undefined)
      yield {
        kind: 'sysctl',
        name: displayBytes(name),
        value: displayBytes(value),
        path: displayBytes(path),
        live: true,
        attributes: [],
      }
  }
}
