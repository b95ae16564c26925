import type { KnownMoment, StoryMoment } from '../../model/api/index.ts'
import type { IdentifiedFact, Incident, NoticedPart } from '../../model/index.ts'
import { chainNames } from '../noticed-words.ts'
import { labelOf, shortened } from './label.ts'

/** A moment of a timeline. Those that the engine knows have words of their own; a center adds others. */
export type Moment = StoryMoment

/** The clock of files and logs: what lies so close is one moment. */
const sameMoment = 1_000
/** A file is made, written and given its mode within this. */
const madeInOneGo = 60 * 1_000

/** Every time that these facts hold, oldest first, each once. Context tells what happened to the host, not how old it is. */
export function momentsOf(
  members: readonly IdentifiedFact[],
  context: readonly IdentifiedFact[],
  since: Incident['since'],
  noticed: readonly NoticedPart[] = [],
): Moment[] {
  const found = [
    ...members.flatMap(momentsOfFact),
    ...context.filter(isEvent).flatMap(momentsOfFact),
    ...noticed.slice(0, mostNoticed).flatMap(momentsNoticed),
  ]
  const moments = mostTelling(found)
  const first = since === undefined ? undefined : instant(since.at)
  if (since !== undefined && first !== undefined && !moments.some(one => apart(one.at, first) <= sameMoment))
    moments.push({ at: first, exact: since.agreed, source: 'scan', what: 'first-trace', subject: since.because })
  return oldestFirst(moments)
}

/** A host may claim any number. */
const mostNoticed = 100

/** When it was noticed, and what was done at once. */
function momentsNoticed(part: NoticedPart): Moment[] {
  const { at, subject, responses, facts } = part
  const [fact] = facts
  const wrote = subject.kind === 'autostart' || subject.kind === 'file'
  const names = [...chainNames(part), ...(wrote && subject.path !== undefined ? [subject.path] : [])]
  const moment = (what: KnownMoment, when: string): Moment[] => {
    const time = instant(when)
    if (time === undefined) return []
    const text = shortened(names.join(' → '), 200)
    return [{ at: time, exact: true, source: 'watch', what, subject: text, ...(fact === undefined ? {} : { fact }) }]
  }
  const done = responses.slice(0, mostNoticed).filter(one => one.outcome === 'done')
  return [...moment('noticed', at), ...done.flatMap(one => moment(answers[one.kind] ?? 'answered-at-once', one.at))]
}

const answers: Readonly<Record<string, KnownMoment>> = {
  prevented: 'start-prevented',
  'kill-process': 'ended-at-once',
}

/** An account or listener that was always there has no place in the story; a login, a container and a parent have. */
function isEvent(fact: IdentifiedFact): boolean {
  return fact.kind === 'log-entry' || fact.kind === 'process' || fact.kind === 'container'
}

export function oldestFirst(moments: readonly Moment[]): Moment[] {
  return moments.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function momentsOfFact(fact: IdentifiedFact): Moment[] {
  const moment = (what: KnownMoment, source: Moment['source'], at: string | undefined, exact: boolean): Moment[] => {
    const time = at === undefined ? undefined : instant(at)
    return time === undefined ? [] : [{ at: time, exact, source, what, subject: labelOf(fact), fact: fact.id }]
  }
  const file = (what: KnownMoment, at: string | undefined) => moment(what, 'file', at, false)
  switch (fact.kind) {
    case 'file':
      return momentsOfFile(fact)
    case 'process':
      return moment('process-started', 'process', fact.startedAt, true)
    case 'container':
      return moment('container-created', 'process', fact.created, true)
    case 'autostart':
      return file('autostart-written', fact.changed ?? fact.modified)
    case 'login-key':
      return file('key-written', fact.modified)
    case 'sudo-rule':
      return file('sudo-rule-written', fact.modified)
    case 'preload':
      return file('preload-written', fact.modified)
    case 'hosts-entry':
      return file('hosts-changed', fact.modified)
    case 'command-integrity':
      return file('command-replaced', fact.modified)
    case 'setting':
    case 'sysctl':
      return file('setting-changed', fact.modified)
    case 'account':
      return [
        ...moment('account-created', 'journal', fact.createdAt, true),
        ...(fact.createdAt === undefined ? moment('home-created', 'account', fact.homeCreatedAt, false) : []),
        ...moment('password-changed', 'account', fact.passwordChanged, false),
        ...moment('last-login', 'account', fact.lastActive, true),
      ]
    case 'log-entry':
      return moment(logWords[fact.event] ?? 'log-entry', 'journal', fact.at, true)
    default:
      return []
  }
}

const logWords: Readonly<Record<string, KnownMoment>> = {
  login: 'login',
  'failed-login-burst': 'failed-login-burst',
  'account-created': 'account-created',
  'account-changed': 'account-changed',
}

/**
 * A birth is exact. A change time is that of the last change, so without a birth the file may be older. A modification
 * time is whatever its owner says: it counts only between the two.
 */
function momentsOfFile(fact: Extract<IdentifiedFact, { kind: 'file' }>): Moment[] {
  const moment = (what: KnownMoment, at: string, exact: boolean): Moment => ({
    at,
    exact,
    source: 'file',
    what,
    subject: labelOf(fact),
    fact: fact.id,
  })
  const changed = instant(fact.changed)
  const born = fact.created === undefined ? undefined : instant(fact.created)
  if (born === undefined) return changed === undefined ? [] : [moment('file-changed', changed, false)]
  const moments = [moment('file-created', born, true)]
  const written = instant(fact.modified)
  if (written !== undefined && changed !== undefined && !fact.backdated)
    if (after(born, written) && after(written, changed)) moments.push(moment('file-written', written, false))
  if (changed !== undefined && after(born, changed)) moments.push(moment('file-changed', changed, true))
  return moments
}

function after(earlier: string, later: string): boolean {
  return Date.parse(later) - Date.parse(earlier) > madeInOneGo
}

/** What says most about one change comes first: a line in a crontab rather than the crontab. */
const telling: readonly string[] = ['autostart-written', 'key-written', 'preload-written', 'sudo-rule-written']

/** The same thing said twice, by a file and by what stands in it, is one moment. */
function mostTelling(moments: readonly Moment[]): Moment[] {
  const said = new Map<string, Moment>()
  const rank = (one: Moment) => (telling.includes(one.what) ? 0 : 1)
  for (const one of moments.toSorted((a, b) => rank(a) - rank(b))) {
    const key = `${one.at.slice(0, 19)} ${one.what} ${one.subject}`
    if (!said.has(key)) said.set(key, one)
  }
  return [...said.values()]
}

/** RFC 3339 in UTC; undefined for what is no time, the epoch, or beyond what people write. */
export function instant(text: string): string | undefined {
  const time = Date.parse(text)
  if (Number.isNaN(time) || time <= 0 || time > Date.UTC(9999, 0)) return undefined
  return new Date(time).toISOString()
}

function apart(a: string, b: string): number {
  return Math.abs(Date.parse(a) - Date.parse(b))
}
