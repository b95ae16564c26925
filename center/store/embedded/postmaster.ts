import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../store-error.ts'
import { type Account, commandAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import { type ClusterPaths, serverEnvironment } from './cluster.ts'
import { isServerIn, type ProcessKey, processKey, serversIn, stillRuns } from './processes.ts'

/** Recovery after a crash may read a gigabyte of WAL from a slow disk. */
const readySeconds = 600
const stopSeconds = 60
const orphanSeconds = 5

/** What `postmaster.pid` says (src/include/utils/pidfile.h): pid, data folder, start, port, socket folder, address, shared memory, status. */
export interface PidFile {
  readonly pid: number
  readonly socket: string
  readonly ready: boolean
}

/** `undefined` when there is none or it is half written. */
export function readPidFile(data: string): PidFile | undefined {
  const lines = readPidLines(data)
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, socket: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' }
}

/** The server that runs on this data folder already, of whichever process started it; it outlives its parent. */
export function runningServer(data: string): ProcessKey | undefined {
  const file = readPidFile(data)
  const folder = statSync(data, { throwIfNoEntry: false })
  if (file === undefined || folder === undefined || !isServerIn(file.pid, folder)) return undefined
  return processKey(file.pid)
}

/** Starts a server, or adopts the one that runs; returns when it takes connections. */
export async function startServer(binaries: Binaries, account: Account, paths: ClusterPaths): Promise<ProcessKey> {
  const running = runningServer(paths.data)
  if (running !== undefined) return waitUntilReady(running, paths)
  await clearRemains(paths.data)
  return waitUntilReady(launch(binaries, account, paths), paths)
}

/** Ends connections and writes everything down (SIGINT, "fast"); one that does not end in a minute is made to (SIGQUIT, recovers at the next start). */
export async function stopServer(server: ProcessKey): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!stillRuns(server)) return
    process.kill(server.pid, signal)
    const deadline = Date.now() + stopSeconds * 1000
    while (stillRuns(server) && Date.now() < deadline) await sleep(20)
  }
}

/** Until the last process of a server that was stopped is gone: helpers end a moment after the one that made them. At most five seconds. */
export async function allEnded(data: string): Promise<void> {
  const deadline = Date.now() + orphanSeconds * 1000
  while (serversIn(data).length > 0 && Date.now() < deadline) await sleep(20)
}

function readPidLines(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/**
 * After a SIGKILL of the postmaster its children end by themselves, soon. The pid file may only go when none is left:
 * a new server beside them would spoil the data. PostgreSQL clears a stale file itself unless the pid was given to another process.
 */
async function clearRemains(data: string): Promise<void> {
  await allEnded(data)
  for (const orphan of serversIn(data)) if (stillRuns(orphan)) process.kill(orphan.pid, 'SIGKILL')
  while (serversIn(data).length > 0) await sleep(20)
  rmSync(join(data, 'postmaster.pid'), { force: true })
}

/** In a session of its own, so that a signal to the center's terminal or group does not reach it. */
function launch(binaries: Binaries, account: Account, paths: ClusterPaths): ProcessKey {
  const [program = '', ...args] = commandAs(account, [join(binaries.folder, 'bin', 'postgres'), '-D', paths.data])
  const log = openSync(paths.startLog, 'w', 0o600)
  try {
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', log, log],
    })
    child.on('error', () => {})
    child.unref()
    const key = child.pid === undefined ? undefined : processKey(child.pid)
    if (key === undefined) throw new StoreError(`PostgreSQL could not be started: ${program} does not run.`)
    return key
  } finally {
    closeSync(log)
  }
}

async function waitUntilReady(server: ProcessKey, paths: ClusterPaths): Promise<ProcessKey> {
  const deadline = Date.now() + readySeconds * 1000
  while (Date.now() < deadline) {
    const file = readPidFile(paths.data)
    if (file?.pid === server.pid && file.ready) return server
    if (!stillRuns(server)) throw new StoreError(`PostgreSQL ended while it started.${lastWords(paths)}`)
    await sleep(25)
  }
  throw new StoreError(`PostgreSQL was not ready after ${readySeconds} seconds.${lastWords(paths)}`)
}

function lastWords(paths: ClusterPaths): string {
  const text = readStartLog(paths.startLog).trim()
  const more = ` More may be in ${join(paths.data, 'log')}.`
  return text === '' ? more : ` It said:\n${text.split('\n').slice(-8).join('\n')}\n${more.trim()}`
}

function readStartLog(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
