import type { IdentifiedFact, Incident } from '../model/index.ts'
import type { World } from './world.ts'

/**
 * When a fact came to be, in milliseconds since 1970: the change time of a file's inode (nobody sets it back easily), the
 * start of a process, the creation of an account. Undefined where nothing tells.
 */
export function timeOf(fact: IdentifiedFact): number | undefined {
  return firstTime(fact)
}

/** The same, but not from a modification time, which whoever owns the file may set. */
export function hardTimeOf(fact: IdentifiedFact): number | undefined {
  return softTimes.has(fact.kind) ? undefined : firstTime(fact)
}

const softTimes: ReadonlySet<string> = new Set([
  'login-key',
  'hosts-entry',
  'command-integrity',
  'preload',
  'sysctl',
  'setting',
  'sudo-rule',
])

function firstTime(fact: IdentifiedFact): number | undefined {
  const text = timesOf(fact)[0]?.at
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

/** Ten minutes between two sources is agreement. */
const agreement = 10 * 60 * 1000

/**
 * Since when the intrusion is there: the earliest time that two sources agree on, else the earliest of one. What an
 * intruder may have set back counts only where there is nothing better.
 */
export function sinceOf(world: World, members: readonly IdentifiedFact[]): Incident['since'] {
  const names = new Set(members.flatMap(one => ('user' in one && one.user !== undefined ? [one.user] : [])))
  const logs = world
    .all('log-entry')
    .filter(one => one.event.startsWith('account-') && one.user !== undefined && names.has(one.user))
  const times = [...members, ...logs]
    .flatMap(fact =>
      timesOf(fact).map(one => ({ ...one, soft: softTimes.has(fact.kind), id: fact.id, ms: Date.parse(one.at) })),
    )
    .filter(one => !Number.isNaN(one.ms) && one.ms > 0)
    .sort((a, b) => a.ms - b.ms || (a.what < b.what ? -1 : a.what > b.what ? 1 : 0))
  const hard = times.filter(one => !one.soft)
  const best = hard.length > 0 ? hard : times
  for (const one of best) {
    const other = best.find(two => two.id !== one.id && two.ms - one.ms >= 0 && two.ms - one.ms <= agreement)
    if (other !== undefined) return { at: one.at, agreed: true, because: `${one.what} and ${other.what} agree` }
  }
  const [first] = best
  return first && { at: first.at, agreed: false, because: `${first.what} alone says so` }
}

function timesOf(fact: IdentifiedFact): { at: string; what: string }[] {
  switch (fact.kind) {
    case 'file': {
      const changed = { at: fact.changed, what: `the change time of ${fact.path}` }
      return fact.created === undefined
        ? [changed]
        : [{ at: fact.created, what: `the birth time of ${fact.path}` }, changed]
    }
    case 'autostart': {
      const at = fact.changed ?? fact.modified
      return at === undefined ? [] : [{ at, what: `the change time of ${fact.path}` }]
    }
    case 'process':
      return fact.startedAt === undefined ? [] : [{ at: fact.startedAt, what: `the start of pid ${fact.pid}` }]
    case 'login-key':
    case 'hosts-entry':
    case 'command-integrity':
      return [{ at: fact.modified, what: `the modification time of ${fact.path}` }]
    case 'account': {
      const at = fact.createdAt ?? fact.homeCreatedAt
      return at === undefined ? [] : [{ at, what: `the creation of ${fact.name}` }]
    }
    case 'preload':
    case 'sysctl':
    case 'setting':
    case 'sudo-rule':
      return fact.modified === undefined ? [] : [{ at: fact.modified, what: `the modification time of ${fact.path}` }]
    case 'log-entry':
      return [{ at: fact.at, what: `a line in ${fact.path}` }]
    default:
      return []
  }
}
