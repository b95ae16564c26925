import type { SettingFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { factTime } from './fact-time.ts'
import { homesOf } from './people.ts'

const files = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/gshadow',
  '/etc/passwd-',
  '/etc/shadow-',
  '/etc/group-',
  '/etc/gshadow-',
  '/etc/subuid',
  '/etc/subgid',
  '/etc/sudoers',
  '/etc/crontab',
  '/etc/anacrontab',
  '/etc/cron.allow',
  '/etc/cron.deny',
  '/etc/inittab',
  '/etc/rc.local',
  '/etc/rc.d/rc.local',
  '/etc/ld.so.preload',
  '/etc/ld.so.conf',
  '/etc/ld.so.cache',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/environment',
  '/etc/profile',
  '/etc/bash.bashrc',
  '/etc/bashrc',
  '/etc/sysctl.conf',
  '/etc/ssh/sshd_config',
  '/etc/selinux/config',
  '/etc/shells',
  '/etc/rsyslog.conf',
  '/etc',
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/opt',
  '/var/spool/cron',
  '/var/log',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/bin',
  '/sbin',
  '/lib/systemd/system',
] // prettier-ignore

// The entries of these, and the directories themselves.
const directories = [
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/cron.weekly',
  '/etc/cron.monthly',
  '/etc/crontabs',
  '/var/spool/cron/crontabs',
  '/var/spool/cron',
  '/var/spool/cron/tabs',
  '/var/spool/cron/atjobs',
  '/var/spool/at',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/etc/systemd/user',
  '/etc/init.d',
  '/etc/profile.d',
  '/etc/ld.so.conf.d',
  '/etc/sudoers.d',
  '/etc/ssh/sshd_config.d',
  '/etc/pam.d',
  '/etc/sysctl.d',
  '/etc/modules-load.d',
  '/etc/udev/rules.d',
  '/etc/update-motd.d',
  '/etc/rc.d/init.d',
  '/etc/init',
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/opt',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/lib',
] // prettier-ignore

const commands = [
  'ps',
  'top',
  'pstree',
  'ls',
  'lsof',
  'netstat',
  'ss',
  'curl',
  'wget',
  'chattr',
  'lsattr',
  'chmod',
  'rm',
  'crontab',
  'kill',
  'pkill',
  'killall',
  'systemctl',
  'passwd',
  'ssh',
  'bash',
  'sh',
  'find',
  'grep',
  'htop',
  'ldd',
  'strace',
] // prettier-ignore

const inHomes = [
  '',
  '.ssh',
  '.ssh/authorized_keys',
  '.ssh/authorized_keys2',
  '.ssh/rc',
  '.ssh/config',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.profile',
  '.bash_logout',
  '.zshrc',
  '.zprofile',
  '.config',
  '.config/systemd/user',
  '.config/autostart',
] // prettier-ignore

const mostEntries = 2000

/** Every place of persistence that bears the immutable or append flag, one fact each. Administrators set them too. */
export function* immutablePlaces({ target, people }: Survey): Iterable<SettingFact> {
  const seen = new Set<string>()
  const own = function* (path: string, user?: string): Iterable<SettingFact> {
    const stat = target.files.lstat(path)
    if (!stat || (stat.type !== 'file' && stat.type !== 'directory') || seen.has(`${stat.device}:${stat.inode}`)) return
    seen.add(`${stat.device}:${stat.inode}`)
    const attributes = target.files.attributes(path)
    if (attributes.length === 0) return
    const value = attributes.join(',')
    const modified = factTime(stat.modifiedMs)
    yield {
      kind: 'setting',
      name: 'immutable',
      value,
      path: displayBytes(path),
      attributes,
      modified,
      ...(user === undefined ? {} : { user }),
    }
  }
  for (const path of files) yield* own(path)
  for (const path of directories) {
    yield* own(path)
    for (const name of entriesOf(target, path)) yield* own(`${path}/${name}`)
  }
  for (const directory of ['/bin', '/usr/bin', '/sbin', '/usr/sbin'])
    for (const name of commands) yield* own(`${directory}/${name}`)
  for (const { user, home } of homesOf(target, people)) {
    for (const name of inHomes) yield* own(name === '' ? home : `${home}/${name}`, user)
  }
}

function entriesOf(target: Target, directory: string): readonly string[] {
  return target.files.list(directory)?.slice(0, mostEntries) ?? []
}
