import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { LoginEvent, SensorStatus } from '../../model/index.ts'
import { followJournals } from './followed-journals.ts'
import { followLines } from './followed-lines.ts'
import { followRecords } from './followed-records.ts'
import type { LoginSource } from './source.ts'
import { ToldOnce } from './told-once.ts'

/** Where log-ins are written down. */
export interface LoginPlaces {
  readonly texts: readonly string[]
  /** btmp and wtmp (utmp(5)). */
  readonly records: readonly string[]
  /** Folders with a folder for each machine in them. */
  readonly journals: readonly string[]
  readonly machineId: string
  /** Is there while journald runs: a journal that an earlier system left is not written any more. */
  readonly journald: string
}

export interface LoginSensorOptions {
  readonly onEvents: (events: readonly LoginEvent[]) => void
  /** How often is looked whether something was written. */
  readonly everyMs?: number
  readonly places?: LoginPlaces
}

/** Tells who tries to log in from outside, from now on; what was written before is for scans. */
export interface LoginSensor {
  status(): SensorStatus
  /** Tells what was written until now, as it does by itself. */
  look(): void
  close(): void
}

const usualEveryMs = 500

export const usualLoginPlaces: LoginPlaces = {
  texts: ['/var/log/auth.log', '/var/log/secure'],
  records: ['/var/log/btmp', '/var/log/wtmp'],
  journals: ['/var/log/journal', '/run/log/journal'],
  machineId: '/etc/machine-id',
  journald: '/run/systemd/journal/socket',
}

export function startLoginSensor(options: LoginSensorOptions): LoginSensor {
  const { places = usualLoginPlaces, everyMs = usualEveryMs } = options
  // In this order the one that says most tells a log-in that several of them have.
  const journal = followJournals(places.journals, places.machineId)
  const texts = places.texts.map(path => followLines(path, basename(path)))
  const records = places.records.map(path => followRecords(path, basename(path)))
  const sources: readonly LoginSource[] = [journal, ...texts, ...records]
  // Anybody may write what he likes into a text (logger(1)); the journal knows who wrote.
  const believed = () => {
    const spared = journal.open && existsSync(places.journald) ? texts : []
    return sources.filter(one => !spared.includes(one))
  }
  const once = new ToldOnce()
  const since = new Date().toISOString()
  let count = 0
  const look = () => {
    const nowMs = Date.now()
    const known = believed()
    const events = sources.flatMap(source => {
      const seen = source.look(nowMs)
      return known.includes(source) ? seen.filter(one => once.isNews(one, source.name, nowMs)) : []
    })
    count += events.length
    if (events.length > 0) options.onEvents(events)
  }
  const timer = setInterval(look, everyMs)
  return {
    status: () => statusOf(believed(), since, count),
    look,
    close() {
      clearInterval(timer)
      for (const source of sources) source.close()
    },
  }
}

function statusOf(sources: readonly LoginSource[], since: string, events: number): SensorStatus {
  const used = sources.filter(({ open }) => open).map(({ name }) => name)
  const problems = sources.flatMap(({ problem }) => problem ?? [])
  if (used.length === 0) problems.push('there is no log of log-ins')
  return {
    name: 'logins',
    source: used.length === 0 ? 'off' : used.join(', '),
    since,
    events,
    lost: sources.reduce((sum, { lost }) => sum + lost, 0),
    ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
  }
}
