import type { Fact, LogEntryFact } from '../../model/index.ts'
import { displayBytes, recordTypes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import type { AuthEntry } from './auth-entry.ts'
import { authLogs } from './auth-logs.ts'
import { factTime } from './fact-time.ts'
import { readLoginRecords } from './login-records.ts'
import { present } from './present.ts'

const burstCount = 20
const burstMs = 600_000
const mostAddresses = 50
const mostLogins = 500

/** What the logs tell of the way in: bursts of failed log-ins, log-ins that worked, accounts made and passwords changed. */
export const logs: Collector = {
  name: 'logs',
  collects: ['log-entry'],
  os: ['linux'],
  stage: 'first',
  collect,
}

function* collect({ target, progress }: Survey): Iterable<Fact> {
  progress('logs')
  const { entries, found } = authLogs(target)
  const known = found ? entries : [...entries, ...fromLoginRecords(target)].sort((a, b) => a.atMs - b.atMs)
  yield* bursts(known.filter(({ kind }) => kind === 'failed'))
  yield* logins(known.filter(({ kind }) => kind === 'accepted'))
  for (const entry of known.filter(({ kind }) => kind.startsWith('account-')).slice(-mostLogins))
    yield accountEntry(entry)
}

/** btmp and wtmp say less than the other logs, so that they are used only where there are none. */
function fromLoginRecords(target: Target): AuthEntry[] {
  const read = (path: string, wanted: number, kind: AuthEntry['kind']): AuthEntry[] =>
    readLoginRecords(target, path).flatMap(({ type, user, host, atMs }) =>
      type !== wanted || (kind === 'failed' && host === '')
        ? []
        : [{ kind, user, ...(host === '' ? {} : { address: host }), count: 1, text: `${user} ${host}`, path, atMs }],
    )
  return [
    ...read('/var/log/btmp', recordTypes.tried, 'failed'),
    ...read('/var/log/wtmp', recordTypes.loggedIn, 'accepted'),
  ]
}

/** One fact for each address that tried twenty times within ten minutes, and one for all together. */
function* bursts(failed: readonly AuthEntry[]): Iterable<LogEntryFact> {
  const all = burstOf(failed)
  if (all) yield burstFact(all, undefined)
  const byAddress = Map.groupBy(failed, ({ address }) => address)
  const single = [...byAddress].flatMap(([address, entries]) => {
    const burst = address === undefined || address === '' ? undefined : burstOf(entries)
    return burst ? [burstFact(burst, address)] : []
  })
  yield* single.sort((a, b) => b.count - a.count).slice(0, mostAddresses)
}

interface Burst {
  readonly first: AuthEntry
  readonly last: AuthEntry
  readonly count: number
  readonly users: ReadonlySet<string>
}

/** All tries that lie in some window with enough of them, from the first to the last. */
function burstOf(entries: readonly AuthEntry[]): Burst | undefined {
  let start = 0
  let inWindow = 0
  let counted = 0
  let first: AuthEntry | undefined
  let last: AuthEntry | undefined
  let count = 0
  const users = new Set<string>()
  for (const [at, entry] of entries.entries()) {
    inWindow += entry.count
    for (let oldest = entries[start]; oldest && entry.atMs - oldest.atMs > burstMs; oldest = entries[++start])
      inWindow -= oldest.count
    if (inWindow < burstCount) continue
    first ??= entries[start]
    last = entry
    for (const one of entries.slice(Math.max(counted, start), at + 1)) {
      count += one.count
      if (users.size < 1000) users.add(one.user)
    }
    counted = at + 1
  }
  return first && last ? { first, last, count, users } : undefined
}

function burstFact({ first, last, count, users }: Burst, address: string | undefined): LogEntryFact {
  const [only] = users
  return present({
    kind: 'log-entry',
    path: displayBytes(last.path),
    event: 'failed-login-burst',
    at: factTime(first.atMs),
    until: factTime(last.atMs),
    count,
    user: users.size === 1 && only !== undefined ? displayBytes(only) : undefined,
    address: address === undefined ? undefined : displayBytes(address),
    text: displayBytes(`Failed ${last.method ?? 'log-in'} for ${last.user} from ${last.address ?? '?'}`),
  })
}

/** One fact for each account, address and method. */
function* logins(accepted: readonly AuthEntry[]): Iterable<LogEntryFact> {
  const groups = Map.groupBy(accepted, ({ user, address, method }) => `${user}\0${address}\0${method}`)
  const newestFirst = [...groups.values()].sort((a, b) => (b.at(-1)?.atMs ?? 0) - (a.at(-1)?.atMs ?? 0))
  for (const entries of newestFirst.slice(0, mostLogins)) {
    const [first, last] = [entries[0], entries.at(-1)]
    if (!first || !last) continue
    yield present({
      kind: 'log-entry',
      path: displayBytes(last.path),
      event: 'login',
      at: factTime(first.atMs),
      until: factTime(last.atMs),
      count: entries.reduce((sum, { count }) => sum + count, 0),
      user: displayBytes(last.user),
      address: last.address === undefined ? undefined : displayBytes(last.address),
      text: displayBytes(last.text),
    })
  }
}

function accountEntry({ kind, path, atMs, count, user, text }: AuthEntry): LogEntryFact {
  return {
    kind: 'log-entry',
    path: displayBytes(path),
    event: kind,
    at: factTime(atMs),
    count,
    user: displayBytes(user),
    text: displayBytes(text),
  }
}
