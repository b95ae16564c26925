import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { displayBytes, encodeBytes, fromFact, procNetRow, type Target } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { type OrdinaryAnswer, ordinaryAnswer, ordinaryProgram } from './ordinary-program.ts'
import { listedPids } from './proc-stat.ts'

/** What is there and what a program of this host, with the libraries that the host preloads into it, does not see. */
export interface OrdinaryView {
  readonly hiddenPids: readonly number[]
  readonly hiddenPaths: readonly string[]
  /** Connections and listening ports that the files of /proc/net leave out, as `/proc/net/tcp 127.0.0.1:3333`. */
  readonly hiddenSockets: readonly string[]
  /** The calls of the C library that do not see something of it: `readdir`, `stat`, `open`, `kill` … */
  readonly calls: readonly string[]
}

/**
 * Compares our view with the one of an ordinary program: our own runtime started once more by the host's loader, which gives it
 * the libraries of /etc/ld.so.preload (ld.so(8)) as every other program. Something is hidden when we see it before and after,
 * and two such programs do not. Only on a running host, only as root, and only where there is such a list: `preloads` are the
 * paths of the lists and of their libraries.
 */
export function ordinaryView(survey: Survey, preloads: readonly string[]): OrdinaryView {
  const { target } = survey
  const known = views.get(target)
  if (known !== undefined) return known
  const view = target.root === '/' && target.live && process.getuid?.() === 0 ? compare(survey, preloads) : nothing
  views.set(target, view)
  return view
}

/** The processes that it left out, where it was taken. */
export function hiddenFromOrdinaryView(target: Target): readonly number[] {
  return views.get(target)?.hiddenPids ?? []
}

/** Whether it left out that path. */
export function isHiddenFromOrdinaryView(target: Target, path: string): boolean {
  return views.get(target)?.hiddenPaths.includes(path) === true
}

const nothing: OrdinaryView = { hiddenPids: [], hiddenPaths: [], hiddenSockets: [], calls: [] }
const views = new WeakMap<Target, OrdinaryView>()

/** What one ordinary program does not see, by what it is asked for. */
interface Lacking {
  readonly pids: ReadonlyMap<number, readonly string[]>
  readonly paths: ReadonlyMap<string, readonly string[]>
  readonly sockets: ReadonlySet<string>
}

function compare(survey: Survey, preloads: readonly string[]): OrdinaryView {
  const { target } = survey
  const node = ownRuntime()
  if (node === undefined) return unseen(target, 'the runtime is not where it should be')
  const pids = listedPids(target)
  const sockets = socketsIn(target)
  const first = look(node, target, { pids, paths: candidates(survey, preloads), sockets })
  if (typeof first === 'string') return unseen(target, first)
  if (first.pids.size + first.paths.size + first.sockets.size === 0) return nothing
  // A library that leaves nearly everything out would accuse the innocent: what it hides is told by none of that.
  if (first.pids.size > Math.max(fewPids, pids.length / 4))
    return unseen(target, `it is shown only ${pids.length - first.pids.size} of ${pids.length} processes`)
  // Once more, because a directory that is being changed may list an entry twice or not at all.
  const second = look(node, target, {
    pids: [...first.pids.keys()],
    paths: [...first.paths.keys()],
    sockets: sockets.filter(one => first.sockets.has(one.name)),
  })
  if (typeof second === 'string') return unseen(target, second)
  const after = { pids: new Set(listedPids(target)), sockets: new Set(socketsIn(target).map(keyOfSocket)) }
  const stillListed = listedBy(target)
  const hiddenPids = [...second.pids.keys()].filter(pid => after.pids.has(pid))
  const hiddenPaths = [...second.paths.keys()].filter(stillListed)
  const hidden = sockets.filter(one => second.sockets.has(one.name) && after.sockets.has(keyOfSocket(one)))
  const calls = [
    ...hiddenPids.flatMap(pid => second.pids.get(pid)?.filter(call => first.pids.get(pid)?.includes(call)) ?? []),
    ...hiddenPaths.flatMap(path => second.paths.get(path)?.filter(call => first.paths.get(path)?.includes(call)) ?? []),
  ]
  return {
    hiddenPids,
    hiddenPaths,
    hiddenSockets: [...new Set(hidden.map(one => one.name))],
    calls: [...new Set(calls)].sort(),
  }
}

const fewPids = 32

function unseen(target: Target, why: string): OrdinaryView {
  target.addGap({ what: 'ordinary view', why: `what a preloaded library hides could not be compared: ${why}` })
  return nothing
}

/** In a package it lies beside the program, in a checkout among the modules. `process.execPath` is our loader, or the runtime. */
function ownRuntime(): string | undefined {
  const root = join(import.meta.dirname, '../..')
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
  return ['runtime/node', `node_modules/node-linux-${machine}/bin/node`]
    .map(path => join(root, path))
    .find(path => existsSync(path))
}

const mostPaths = 4_000
const mostPerPlace = 500
const places = ['/tmp', '/var/tmp', '/dev/shm', '/usr/local/bin', '/usr/local/sbin', '/usr/local/lib', '/etc/cron.d']

/** The lists and their libraries, what is started and by which files, and what lies where droppers put things. */
function candidates(survey: Survey, preloads: readonly string[]): string[] {
  const { target } = survey
  const paths = new Set(preloads)
  for (const place of places)
    for (const name of (target.files.list(place) ?? []).slice(0, mostPerPlace)) paths.add(`${place}/${name}`)
  for (const { path, pathBytes, targets } of survey.facts('autostart'))
    for (const one of [fromFact(path, pathBytes), ...targets]) if (paths.size < mostPaths) paths.add(one)
  return [...paths].filter(listedBy(target))
}

/** Listed where it lies, and there: what an automounter has only when it is called by name is another matter. */
function listedBy(target: Target): (path: string) => boolean {
  const lists = new Map<string, ReadonlySet<string>>()
  return path => {
    const [, folder, name = ''] = /^(\/.*?)?\/+([^/]+)$/s.exec(path) ?? []
    if (name === '' || name === '.' || name === '..' || /^\/(?:proc|sys)\//.test(path)) return false
    const list = lists.get(folder ?? '/') ?? new Set(target.files.list(folder ?? '/'))
    lists.set(folder ?? '/', list)
    return list.has(name) && target.files.lstat(path) !== undefined
  }
}

const tables = ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6']
const mostTableBytes = 4 << 20

/** A socket that a line of a table tells of. */
interface TableSocket {
  readonly name: string
  readonly inode: string
}

function keyOfSocket({ name, inode }: TableSocket): string {
  return `${inode} ${name}`
}

/** The sockets of /proc/net that belong to something: proc_pid_net(5). */
function socketsIn(target: Target): TableSocket[] {
  return tables.flatMap(table => {
    const text = target.files.read(table, mostTableBytes, 'fine')?.toString('latin1') ?? ''
    return text.split('\n').flatMap(line => socketOf(table, line) ?? [])
  })
}

function socketOf(table: string, line: string): TableSocket | undefined {
  const row = procNetRow(line, table.includes('tcp') ? 'tcp' : 'udp')
  if (row === undefined || row.inode === 0) return undefined
  const remote = row.remotePort === 0 ? '' : ` ${row.remoteAddress}:${row.remotePort}`
  return { name: `${table} ${row.localAddress}:${row.localPort}${remote}`, inode: String(row.inode) }
}

const timeLimitMs = 4_000
const mostOutput = 32 << 20

interface Asked {
  readonly pids: readonly number[]
  readonly paths: readonly string[]
  readonly sockets: readonly TableSocket[]
}

/** Those of our pids, paths and sockets that the other program does not see; a sentence where it told nothing. */
function look(node: string, target: Target, { pids, paths, sockets }: Asked): Lacking | string {
  const asked = {
    pids,
    paths: paths.map(path => ({
      path: encodeBytes(path).toString('base64'),
      regular: target.files.lstat(path)?.type === 'file',
    })),
    texts: sockets.length === 0 ? [] : tables,
  }
  const done = spawnSync(
    node,
    ['--disable-warning=ExperimentalWarning', '--openssl-config=/dev/null', '-e', ordinaryProgram],
    {
      cwd: '/',
      env: {},
      input: JSON.stringify(asked),
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeLimitMs,
      killSignal: 'SIGKILL',
      maxBuffer: mostOutput,
    },
  )
  if (done.error !== undefined) return done.error.message
  if (done.status !== 0) return `the program ended with ${done.status ?? done.signal}`
  const said = ordinaryAnswer(done.stdout)
  if (said === undefined) return 'its answer cannot be read'
  return {
    pids: new Map(pids.flatMap(pid => callsFor(pid, said))),
    paths: new Map(
      paths.flatMap((path, index) => {
        const calls = said.missing.get(index) ?? []
        return calls.length === 0 ? [] : [[path, calls] as const]
      }),
    ),
    sockets: new Set(leftOut(sockets, said).map(one => one.name)),
  }
}

function callsFor(pid: number, { pids, silent }: OrdinaryAnswer): [number, string[]][] {
  const calls = [...(pids.has(pid) ? [] : ['readdir']), ...(silent.has(pid) ? ['kill'] : [])]
  return calls.length === 0 ? [] : [[pid, calls]]
}

/** A table that it did not show at all tells nothing. */
function leftOut(sockets: readonly TableSocket[], { texts }: OrdinaryAnswer): TableSocket[] {
  const shown = new Set<string>()
  for (const [table, lines] of texts)
    for (const line of lines) {
      const socket = socketOf(table, line)
      if (socket !== undefined) shown.add(keyOfSocket(socket))
    }
  return sockets.filter(one => texts.has(one.name.slice(0, one.name.indexOf(' '))) && !shown.has(keyOfSocket(one)))
}

const mostShown = 20

/** For a fact: what is hidden, processes first. */
export function hiddenThings({ hiddenPids, hiddenPaths, hiddenSockets }: OrdinaryView): string[] {
  const pids = hiddenPids.map(pid => `/proc/${pid}`)
  return [...pids, ...hiddenPaths, ...hiddenSockets].slice(0, mostShown).map(displayBytes)
}
