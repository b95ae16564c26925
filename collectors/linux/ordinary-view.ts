import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { displayBytes, encodeBytes, fromFact, type Target } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { listedPids } from './proc-stat.ts'

/** What is there and what a program of this host, with the libraries that the host preloads into it, does not see. */
export interface OrdinaryView {
  readonly hiddenPids: readonly number[]
  readonly hiddenPaths: readonly string[]
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

const nothing: OrdinaryView = { hiddenPids: [], hiddenPaths: [] }
const views = new WeakMap<Target, OrdinaryView>()

function compare(survey: Survey, preloads: readonly string[]): OrdinaryView {
  const { target } = survey
  const node = ownRuntime()
  if (node === undefined) return unseen(target, 'the runtime is not where it should be')
  const pids = listedPids(target)
  const paths = candidates(survey, preloads)
  const first = look(node, pids, paths)
  if (typeof first === 'string') return unseen(target, first)
  if (first.hiddenPids.length + first.hiddenPaths.length === 0) return first
  // A library that leaves nearly everything out would accuse the innocent: what it hides is told by none of that.
  if (first.hiddenPids.length > Math.max(fewPids, pids.length / 4))
    return unseen(target, `it is shown only ${pids.length - first.hiddenPids.length} of ${pids.length} processes`)
  // Once more, because a directory that is being changed may list an entry twice or not at all.
  const second = look(node, first.hiddenPids, first.hiddenPaths)
  if (typeof second === 'string') return unseen(target, second)
  const after = new Set(listedPids(target))
  return {
    hiddenPids: second.hiddenPids.filter(pid => after.has(pid)),
    hiddenPaths: second.hiddenPaths.filter(listedBy(target)),
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

const timeLimitMs = 3_000
const mostOutput = 16 << 20

/** Those of our pids and paths that the other program does not see; a sentence where it told nothing. */
function look(node: string, pids: readonly number[], paths: readonly string[]): OrdinaryView | string {
  const done = spawnSync(node, ['--openssl-config=/dev/null', '-e', script], {
    cwd: '/',
    env: {},
    input: JSON.stringify(paths.map(path => encodeBytes(path).toString('base64'))),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: timeLimitMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostOutput,
  })
  if (done.error !== undefined) return done.error.message
  if (done.status !== 0) return `the program ended with ${done.status ?? done.signal}`
  const said = answerOf(done.stdout)
  if (said === undefined) return 'its answer cannot be read'
  return {
    hiddenPids: pids.filter(pid => !said.pids.has(pid)),
    hiddenPaths: paths.filter((_, index) => said.missing.has(index)),
  }
}

/** ENOENT is what a hiding library says; any other trouble tells nothing. */
const script = `
const { readdirSync, lstatSync, readFileSync } = require('node:fs')
const lists = new Map()
const listOf = folder => {
  if (!lists.has(folder)) lists.set(folder, attempt(() => new Set(readdirSync(Buffer.from(folder, 'latin1'), 'latin1'))))
  return lists.get(folder)
}
const attempt = work => { try { return work() } catch (error) { return error.code === 'ENOENT' ? 'absent' : 'trouble' } }
const isMissing = path => {
  const cut = path.lastIndexOf('/')
  const list = listOf(path.slice(0, cut) || '/')
  if (list === 'absent' || attempt(() => lstatSync(Buffer.from(path, 'latin1'))) === 'absent') return true
  return list !== 'trouble' && !list.has(path.slice(cut + 1))
}
const paths = JSON.parse(readFileSync(0, 'latin1')).map(path => Buffer.from(path, 'base64').toString('latin1'))
const missing = paths.flatMap((path, index) => isMissing(path) ? [index] : [])
const pids = readdirSync('/proc').filter(name => /^[1-9][0-9]*$/.test(name)).map(Number)
process.stdout.write(JSON.stringify({ pids, missing }))`

/** An intruder's code ran in the program that says this. */
function answerOf(output: Buffer): { pids: Set<unknown>; missing: Set<unknown> } | undefined {
  try {
    const said: unknown = JSON.parse(output.toString('utf8'))
    if (typeof said !== 'object' || said === null || !('pids' in said) || !('missing' in said)) return undefined
    const { pids, missing } = said
    if (!Array.isArray(pids) || !Array.isArray(missing) || pids.length === 0) return undefined
    return { pids: new Set<unknown>(pids), missing: new Set<unknown>(missing) }
  } catch {
    return undefined
  }
}

const mostShown = 20

/** For a fact: what is hidden, processes first. */
export function hiddenThings({ hiddenPids, hiddenPaths }: OrdinaryView): string[] {
  return [...hiddenPids.map(pid => `/proc/${pid}`), ...hiddenPaths].slice(0, mostShown).map(displayBytes)
}
