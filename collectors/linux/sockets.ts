import { setTimeout as sleep } from 'node:timers/promises'
import type { Fact, ProcessFact } from '../../model/index.ts'
import {
  addressScope,
  displayBytes,
  isUnspecified,
  procNetSockets,
  type SocketRow,
  type Target,
} from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { present } from './present.ts'
import { descriptorsOf, socketInode } from './process-descriptors.ts'
import { listedPids, readStat } from './proc-stat.ts'
import { noteAge, noteTraffic, sentPerMinute } from './traffic.ts'

const shortestGapMs = 300

/** Connections and listeners of the kernel (sock_diag(7)) with the process that holds them. */
export const sockets: Collector = {
  name: 'sockets',
  collects: ['socket', 'listener'],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  collect,
}

async function* collect(survey: Survey): AsyncIterable<Fact> {
  const { target } = survey
  if (!target.sockets) return target.addGap({ what: 'sockets', why: 'needs a running system' })
  survey.progress('sockets')
  const { around } = survey
  const age = noteAge(target)
  if (age === undefined) noteTraffic(target)
  // On a recorded host no time passes.
  if (around === undefined && target.root === '/' && (age ?? 0) < shortestGapMs) await sleep(shortestGapMs - (age ?? 0))
  const rows = [...target.sockets.rows(), ...connectionsElsewhere(survey)]
  const holders = holdersOf(survey, new Set(rows.map(({ inode }) => inode)))
  const users = new Map<number, string>()
  for (const { uid, name } of survey.people) if (!users.has(uid)) users.set(uid, displayBytes(name))
  for (const row of rows) {
    const fact = socketFact(target, row, holders.get(row.inode), users)
    if (fact && (around === undefined || fact.kind === 'listener' || ('pid' in fact && fact.pid !== undefined)))
      yield fact
  }
  noteTraffic(target, rows)
}

const mostNamespaces = 512

/**
 * Connections in other network namespaces, such as those of containers. Listeners there are not this host's: who may reach
 * them is decided elsewhere.
 */
function connectionsElsewhere(survey: Survey): SocketRow[] {
  const { files } = survey.target
  const own = files.readLink('/proc/self/ns/net')
  if (own === undefined) return []
  const seen = new Set([own])
  const rows: SocketRow[] = []
  for (const { pid, kernelThread, path } of survey.facts('process')) {
    if (kernelThread || path === undefined || seen.size > mostNamespaces) continue
    const namespace = files.readLink(`/proc/${pid}/ns/net`)
    if (namespace === undefined || seen.has(namespace)) continue
    seen.add(namespace)
    rows.push(...procNetSockets(files, `/proc/${pid}/net`).filter(row => !isListener(row)))
  }
  return rows
}

interface Holder {
  readonly pid: number
  readonly startTime: number
  readonly name: string
}

/**
 * Who holds each socket, by one walk over /proc/PID/fd. Where several share it the one with the lowest pid is named, which
 * is the parent that opened it. A socket of the kernel, or of a process that hides, has none.
 */
function holdersOf(survey: Survey, wanted: ReadonlySet<number>): Map<number, Holder> {
  const holders = new Map<number, Holder>()
  if (wanted.size === 0 || !survey.target.processes) return holders
  const known = new Map(survey.facts('process').map(fact => [fact.pid, fact]))
  const pids = known.size > 0 ? [...known.keys()].sort((a, b) => a - b) : listedPids(survey.target)
  for (const pid of pids) {
    // A kernel thread holds none, and whose executable may not be seen, neither may its descriptors.
    if (known.has(pid) && known.get(pid)?.path === undefined) continue
    for (const { says } of descriptorsOf(survey.target, pid)) {
      const inode = socketInode(says)
      if (inode === undefined || !wanted.has(inode) || holders.has(inode)) continue
      const holder = holderOf(survey.target, pid, known.get(pid))
      if (holder) holders.set(inode, holder)
    }
  }
  return holders
}

function holderOf(target: Target, pid: number, fact: ProcessFact | undefined): Holder | undefined {
  if (fact) return { pid, startTime: fact.startTime, name: fact.name }
  const stat = readStat(target, pid)
  return stat && { pid, startTime: stat.startTime, name: displayBytes(stat.name) }
}

function socketFact(
  target: Target,
  row: SocketRow,
  holder: Holder | undefined,
  users: ReadonlyMap<number, string>,
): Fact | undefined {
  const owner = {
    protocol: row.protocol,
    ...holder,
    user: users.get(row.uid) ?? String(row.uid),
    uid: row.uid,
    inode: row.inode,
  }
  if (isListener(row)) {
    const exposedTo = exposure(row.localAddress)
    return present<Fact>({ kind: 'listener', ...owner, address: row.localAddress, port: row.localPort, exposedTo })
  }
  if (isUnspecified(row.remoteAddress) || row.remotePort === 0) return undefined
  return present<Fact>({
    kind: 'socket',
    ...owner,
    state: row.state,
    localAddress: row.localAddress,
    localPort: row.localPort,
    address: row.remoteAddress,
    port: row.remotePort,
    scope: addressScope(row.remoteAddress),
    bytesSent: row.bytesSent,
    bytesReceived: row.bytesReceived,
    sentPerMinute: sentPerMinute(target, row),
  })
}

/** A UDP socket without a remote end takes what comes. */
function isListener(row: SocketRow): boolean {
  if (row.protocol === 'udp') return row.remotePort === 0 && row.localPort !== 0
  return /^listen$/i.test(row.state)
}

function exposure(address: string): 'loopback' | 'all' | 'private' | 'public' {
  if (isUnspecified(address)) return 'all'
  const scope = addressScope(address)
  return scope === 'link-local' ? 'private' : scope
}
