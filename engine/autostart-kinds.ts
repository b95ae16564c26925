import { isOwned, type Known } from './world.ts'

const wholeFiles = new Set([
  'cron-periodic',
  'at',
  'init-d',
  'systemd-generator',
  'systemd-hook',
  'network-manager',
  'networkd-dispatcher',
  'dhclient',
  'ifupdown',
  'ppp',
  'acpid',
  'dbus-service',
  'openrc',
  'upstart',
  'runit',
  'motd',
  'xdg-autostart',
  'x-session',
  'git-hook',
  'quadlet',
  'static-pod',
  'initramfs',
  'python-start',
  'dnf-plugin',
  'pacman-hook',
  'ssh-rc',
  'linger',
])

/** True where the file as a whole is the autostart, not one of its lines. */
export function isWholeFile(fact: Known<'autostart'>): boolean {
  return wholeFiles.has(fact.mechanism) && fact.line === undefined
}

/** True for the kinds of autostart that systemd calls a unit. */
export function isUnit(fact: Known<'autostart'>): boolean {
  return /^systemd-(unit|timer|path|socket|mount|user-unit|transient|drop-in)$/.test(fact.mechanism)
}

/** Of a service its ExecStart; a line before or after it may have been added to somebody's own unit. */
export function isMainLine(fact: Known<'autostart'>): boolean {
  if (!isUnit(fact) || fact.mechanism === 'systemd-drop-in') return false
  return fact.text === undefined || !/^\s*Exec(StartPre|StartPost|Stop|StopPost|Reload|Condition)\s*=/.test(fact.text)
}

/** A timer, path or socket and the service that it starts. */
export function triggers(trigger: Known<'autostart'>, service: Known<'autostart'>): boolean {
  if (!/^systemd-(timer|path|socket)$/.test(trigger.mechanism) && !/\.(timer|path|socket)$/.test(trigger.name ?? ''))
    return false
  if (service.name === undefined || trigger.name === undefined || !service.name.endsWith('.service')) return false
  const named = trigger.settings.find(one => one.startsWith('Unit='))?.slice('Unit='.length)
  return (named ?? `${trigger.name.replace(/\.\w+$/, '')}.service`) === service.name && !isOwned(trigger.ownership)
}
