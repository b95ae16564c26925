import type { Fact, SettingFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { hiddenDirectories } from './hidden-entries.ts'
import { immutablePlaces } from './immutable-places.ts'
import { homesOf } from './people.ts'
import { removedAgents } from './removed-agents.ts'
import { oddSetuidFiles } from './setuid-files.ts'
import { deceivingShells } from './shell-list.ts'

/** Settings that protect a host and that miners weaken: SELinux, logs, histories, attributes, agents, setuid shells. */
export const settings: Collector = {
  name: 'settings',
  collects: ['setting'],
  os: ['linux'],
  stage: 'first',
  collect,
}

function* collect(survey: Survey): Iterable<Fact> {
  const { target } = survey
  survey.progress('settings')
  yield* selinux(target)
  yield* logFiles(target)
  yield* histories(survey)
  yield* immutablePlaces(survey)
  yield* removedAgents(target)
  yield* oddSetuidFiles(survey)
  yield* deceivingShells(target)
  if (target.live) yield* processorTuning(target)
  yield* hiddenDirectories(target)
}

function* selinux(target: Target): Iterable<Fact> {
  const path = '/etc/selinux/config'
  const lines = (target.files.text(path) ?? '').split('\n', 1000)
  for (const [at, text] of lines.entries()) {
    const value = /^\s*SELINUX\s*=\s*(\w+)/.exec(text)?.[1]
    if (value !== undefined)
      yield { ...setting(target, 'selinux', value.toLowerCase(), path), line: at + 1, text: displayBytes(text) }
  }
  const enforce = target.live ? target.files.text('/sys/fs/selinux/enforce')?.trim() : undefined
  if (enforce !== undefined)
    yield bare('selinux-now', enforce === '1' ? 'enforcing' : 'permissive', '/sys/fs/selinux/enforce')
  const apparmor = '/sys/module/apparmor/parameters/enabled'
  const enabled = target.live ? target.files.text(apparmor)?.trim() : undefined
  if (enabled === 'N') yield bare('apparmor', 'disabled', apparmor)
}

const logs = [
  'syslog',
  'messages',
  'auth.log',
  'secure',
  'kern.log',
  'daemon.log',
  'cron',
  'cron.log',
  'maillog',
  'wtmp',
  'btmp',
  'lastlog',
  'faillog',
  'audit/audit.log',
  'dpkg.log',
  'yum.log',
]
const alwaysFilled = new Set(['syslog', 'messages', 'auth.log', 'secure'])

/** Logs that lead to /dev/null, and those emptied by hand: nothing in them and no rotated one beside them. */
function* logFiles(target: Target): Iterable<Fact> {
  const names = target.files.list('/var/log') ?? []
  for (const log of logs) {
    const path = `/var/log/${log}`
    const stat = target.files.lstat(path)
    if (!stat) continue
    const link = stat.type === 'symlink' ? (target.files.readLink(path) ?? '') : undefined
    if (link !== undefined && /(?:^|\/)null$/.test(link)) yield setting(target, 'log-file', link, path)
    const rotated = names.some(name => (name !== log && name.startsWith(`${log}.`)) || name.startsWith(`${log}-`))
    if (stat.type === 'file' && stat.size === 0 && alwaysFilled.has(log) && !rotated && othersAreFilled(target, log)) {
      yield {
        ...setting(target, 'log-file', 'empty', path),
        detail: 'empty, with no rotated log beside it, although others are written',
      }
    }
  }
}

function othersAreFilled(target: Target, log: string): boolean {
  return [...alwaysFilled].some(other => other !== log && (target.files.stat(`/var/log/${other}`)?.size ?? 0) > 0)
}

const historyFiles = ['.bash_history', '.zsh_history', '.ash_history', '.sh_history', '.history']

function* histories({ target, people }: Survey): Iterable<Fact> {
  for (const { user, home } of homesOf(target, people)) {
    for (const name of historyFiles) {
      const path = `${home}/${name}`
      const stat = target.files.lstat(path)
      if (!stat) continue
      const link = stat.type === 'symlink' ? target.files.readLink(path) : undefined
      const attributes = stat.type === 'file' ? target.files.attributes(path) : []
      const value = link !== undefined && /(?:^|\/)null$/.test(link) ? link : attributes.join(',')
      if (value !== '') yield { ...setting(target, 'history', value, path), user, attributes }
    }
  }
}

/** What miners set for speed: writable model-specific registers, pages of one gigabyte. */
function* processorTuning(target: Target): Iterable<Fact> {
  const writes = '/sys/module/msr/parameters/allow_writes'
  const value = target.files.text(writes)?.trim()
  if (value !== undefined) yield bare('msr-writes', value, writes)
  const pages = '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages'
  const count = target.files.text(pages)?.trim() ?? '0'
  if (/^[1-9]\d*$/.test(count)) yield bare('gigabyte-pages', count, pages)
}

function setting(target: Target, name: string, value: string, path: string): SettingFact {
  const { modified, attributes } = aboutPlace(target, path)
  return { kind: 'setting', name, value: displayBytes(value), path: displayBytes(path), attributes, modified }
}

function bare(name: string, value: string, path: string): SettingFact {
  return { kind: 'setting', name, value: displayBytes(value), path, attributes: [] }
}
