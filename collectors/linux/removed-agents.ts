import type { SettingFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import { factTime } from './fact-time.ts'

interface Agent {
  readonly name: string
  /** Where its programs lie. */
  readonly directories: readonly string[]
  /** Names of the units and init scripts that start it. */
  readonly starts: readonly string[]
}

// Security and monitoring agents of cloud providers that miners are known to remove, and the protectors of any host.
const agents: readonly Agent[] = [
  { name: 'Alibaba Cloud Security Center', directories: ['/usr/local/aegis'], starts: ['aegis', 'aegis.service'] },
  {
    name: 'Alibaba Cloud Assistant',
    directories: ['/usr/local/share/assist-daemon', '/usr/local/share/aliyun-assist'],
    starts: ['aliyun.service', 'AssistDaemon.service', 'aliyun-service'],
  },
  {
    name: 'Alibaba CloudMonitor',
    directories: ['/usr/local/cloudmonitor'],
    starts: ['cloudmonitor', 'cloudmonitor.service'],
  },
  {
    name: 'Tencent Cloud',
    directories: ['/usr/local/qcloud/YunJing', '/usr/local/qcloud/stargate', '/usr/local/qcloud/monitor'],
    starts: ['YDService.service', 'stargate.service', 'tat_agent.service'],
  },
  { name: 'Huawei Host Guard', directories: ['/usr/local/hostguard'], starts: ['hostguard', 'hostguard.service'] },
  {
    name: 'Baidu Cloud agent',
    directories: ['/opt/bcm-agent', '/usr/local/bcm-agent'],
    starts: ['bcm-agent.service', 'bcm-si.service'],
  },
]

const wants = [
  '/etc/systemd/system/multi-user.target.wants',
  '/etc/systemd/system/default.target.wants',
  '/etc/systemd/system',
]
const scripts = [
  '/etc/init.d',
  '/etc/rc.d/init.d',
  ...[2, 3, 4, 5].flatMap(level => [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`]),
]
const deepest = 4
const mostEntries = 500

/** Agents of which something remains that nobody leaves behind: a folder with no program in it, a start link into nothing. */
export function* removedAgents(target: Target): Iterable<SettingFact> {
  for (const { name, directories, starts } of agents) {
    for (const path of directories) {
      if (target.files.stat(path)?.type === 'directory' && !holdsProgram(target, path))
        yield fact(target, name, path, 'its folder holds no program any more')
    }
    for (const path of startsOf(target, starts)) {
      if (leadsNowhere(target, path)) yield fact(target, name, path, 'its start link leads to a file that is gone')
      else if (isScript(target, path) && directories.every(directory => !holdsProgram(target, directory)))
        yield fact(target, name, path, 'its start script is there, its programs are gone')
    }
  }
}

function startsOf(target: Target, starts: readonly string[]): string[] {
  const units = wants.flatMap(directory => starts.map(start => `${directory}/${start}`))
  const links = scripts.flatMap(directory => {
    const names = target.files.list(directory) ?? []
    return names.filter(name => starts.includes(name.replace(/^[SK]\d\d/, ''))).map(name => `${directory}/${name}`)
  })
  return [...units, ...links].filter(path => target.files.lstat(path) !== undefined)
}

/** A unit that is masked leads to /dev/null by an administrator's wish. */
function leadsNowhere(target: Target, path: string): boolean {
  const link = target.files.readLink(path)
  return link !== undefined && link !== '/dev/null' && target.files.stat(path) === undefined
}

function isScript(target: Target, path: string): boolean {
  return path.startsWith('/etc/init.d/') && target.files.lstat(path)?.type === 'file'
}

function holdsProgram(target: Target, top: string): boolean {
  let left = mostEntries
  const walk = (path: string, depth: number): boolean => {
    for (const name of target.files.list(path) ?? []) {
      // A folder that is too large to be looked through is not empty.
      if (left-- <= 0) return true
      const stat = target.files.lstat(`${path}/${name}`)
      if (stat?.type === 'file' && stat.size > 0 && (stat.mode & 0o111) !== 0) return true
      if (stat?.type === 'directory' && depth < deepest && walk(`${path}/${name}`, depth + 1)) return true
    }
    return false
  }
  return walk(top, 0)
}

function fact(target: Target, value: string, path: string, detail: string): SettingFact {
  const modified = factTime(target.files.lstat(path)?.modifiedMs ?? 0)
  return { kind: 'setting', name: 'agent-removed', value, path: displayBytes(path), attributes: [], modified, detail }
}
