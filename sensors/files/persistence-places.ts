import { readFileSync } from 'node:fs'
import type { WatchedPlace } from './watched-places.ts'

const directories = [
  ...[
    '/etc/cron.d',
    '/etc/cron.hourly',
    '/etc/cron.daily',
    '/etc/cron.weekly',
    '/etc/cron.monthly',
    '/etc/cron.yearly',
  ],
  ...[
    '/etc/crontabs',
    '/etc/incron.d',
    '/etc/anacron',
    '/etc/init',
    '/etc/init.d',
    '/etc/rc.d',
    '/etc/sv',
    '/etc/service',
  ],
  ...['/etc/services.d', '/etc/runlevels', '/etc/local.d', '/etc/modules-load.d', '/etc/modprobe.d', '/etc/tmpfiles.d'],
  ...['/etc/profile.d', '/etc/sudoers.d', '/etc/pam.d', '/etc/ld.so.conf.d', '/etc/sysctl.d', '/etc/update-motd.d'],
  ...['/etc/udev/rules.d', '/etc/logrotate.d', '/etc/rsyslog.d', '/etc/supervisor', '/etc/supervisord.d', '/etc/monit'],
  ...['/etc/ssh', '/etc/ssh/sshd_config.d', '/etc/apt/apt.conf.d', '/etc/dpkg/dpkg.cfg.d', '/etc/yum/pluginconf.d'],
  ...['/etc/dnf/plugins', '/etc/containers/systemd', '/etc/kubernetes/manifests', '/etc/xdg/autostart', '/etc/skel'],
  ...['/etc/NetworkManager/dispatcher.d', '/etc/networkd-dispatcher', '/etc/dhcp', '/etc/ppp', '/etc/network'],
  ...['/var/spool/cron', '/var/spool/cron/crontabs', '/var/spool/anacron', '/var/spool/at', '/var/spool/cron/atjobs'],
  ...['/var/spool/incron', '/usr/local/bin', '/usr/local/sbin', '/usr/local/lib/systemd/system', '/lib/modules-load.d'],
]

/** Directories whose directories count too. */
const deep = [
  ...[
    '/etc/systemd',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
    '/usr/lib/systemd/user',
    '/etc/rc.d',
    '/etc/dhcp',
  ],
  ...['/run/systemd/system', '/run/systemd/transient', '/usr/lib/systemd/system-generators', '/etc/network'],
  ...['/usr/local/lib/systemd/system', '/etc/runlevels', '/etc/sv', '/etc/networkd-dispatcher', '/etc/NetworkManager'],
]

const files = [
  ...['/etc/crontab', '/etc/anacrontab', '/etc/inittab', '/etc/rc.local', '/etc/rc.d/rc.local', '/etc/ld.so.preload'],
  ...['/etc/ld.so.conf', '/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/sudoers', '/etc/hosts'],
  ...['/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/profile', '/etc/bash.bashrc', '/etc/bashrc', '/etc/environment'],
  ...[
    '/etc/zsh/zshrc',
    '/etc/zsh/zshenv',
    '/etc/zshrc',
    '/etc/zshenv',
    '/etc/modules',
    '/etc/sysctl.conf',
    '/etc/pam.conf',
  ],
  ...['/etc/supervisord.conf', '/etc/monitrc', '/etc/redis.conf', '/etc/redis/redis.conf', '/etc/docker/daemon.json'],
  ...[
    '/etc/selinux/config',
    '/etc/logrotate.conf',
    '/etc/rsyslog.conf',
    '/etc/gitconfig',
    '/etc/csh.cshrc',
    '/etc/csh.login',
  ],
]

/** In every home. */
const homeFiles = [
  ...[
    '.bashrc',
    '.bash_profile',
    '.bash_login',
    '.bash_logout',
    '.profile',
    '.zshrc',
    '.zshenv',
    '.zprofile',
    '.zlogin',
  ],
  ...['.kshrc', '.cshrc', '.tcshrc', '.login', '.xprofile', '.xinitrc', '.xsession', '.pam_environment', '.gitconfig'],
]
const homeDirectories = ['.ssh', '.config/autostart', '.config/fish']
const deepInHomes = ['.config/systemd/user', '.local/share/systemd/user']

const mostHomes = 200
const noHomes = new Set([
  '/',
  '/nonexistent',
  '/dev/null',
  '/bin',
  '/sbin',
  '/usr/sbin',
  '/usr/bin',
  '/dev',
  '/proc',
  '/sys',
])

/**
 * The places of a Linux host that start programs, let people in, or hide things (collectors read the same): system-wide and in the homes of
 * all accounts.
 */
export function persistencePlaces(passwd: string = readText('/etc/passwd')): WatchedPlace[] {
  const places: WatchedPlace[] = [
    ...directories.map(path => ({ path, kind: 'directory' as const })),
    ...deep.map(path => ({ path, kind: 'directory' as const, deep: true })),
    ...files.map(path => ({ path, kind: 'file' as const })),
  ]
  for (const home of homesIn(passwd)) {
    for (const name of homeFiles) places.push({ path: `${home}/${name}`, kind: 'file' })
    for (const name of homeDirectories) places.push({ path: `${home}/${name}`, kind: 'directory' })
    for (const name of deepInHomes) places.push({ path: `${home}/${name}`, kind: 'directory', deep: true })
  }
  return places
}

/** Homes of accounts, as passwd(5) has them; the first two hundred. */
function homesIn(passwd: string): string[] {
  const homes = new Set<string>()
  for (const line of passwd.split('\n')) {
    const home = line.split(':')[5]?.replace(/\/+$/, '')
    if (home === undefined || !home.startsWith('/') || noHomes.has(home) || home.includes('/../')) continue
    homes.add(home)
    if (homes.size >= mostHomes) break
  }
  return [...homes]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
