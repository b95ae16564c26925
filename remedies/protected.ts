import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFileSync, realpathSync } from 'node:fs'
import { decodeBytes, displayBytes } from '../target/index.ts'
import type { WritableHost } from './host.ts'
import { executableOf, readProcess } from './processes.ts'

/** Why a process is never stopped or killed, or undefined when it may be. */
export function protectedProcess(pid: number): string | undefined {
  if (pid <= 1) return 'process 1 is never touched'
  if (lineage().has(pid)) return `process ${pid} is Davylamp or runs it`
  const found = readProcess(pid)
  if (found === undefined) return undefined
  if (found.kernelThread) return `process ${pid} is a thread of the kernel`
  if (isSshd(pid)) return `process ${pid} is sshd: ending it could lock everybody out`
  return undefined
}

/** Why a file is never taken away or changed, or undefined when it may be. */
export function protectedFile(path: string, host: WritableHost): string | undefined {
  const shown = displayBytes(path)
  if (path.split('/').every(part => part === '')) return 'the root is never touched'
  const within = ownPlaces(host).find(place => path === place || path.startsWith(`${place}/`))
  if (within !== undefined) return `${shown} belongs to Davylamp`
  if (mountPoints(host).includes(path)) return `${shown} is a mount point`
  if (host.ownedUnmodified(path)) return `a package owns ${shown} and it is as installed`
  return undefined
}

/** Runs the program that sshd's package installs; a process that merely calls itself sshd does not. */
export function isSshd(pid: number): boolean {
  return /^\/usr\/(?:s?bin|lib\/(?:openssh|ssh)|libexec\/openssh)\/sshd(?:-session|-auth)?$/.test(
    executableOf(pid) ?? '',
  )
}

/** This process and all that it descends from. */
export function lineage(): Set<number> {
  const found = new Set<number>()
  for (let pid = process.pid; pid > 0 && !found.has(pid); pid = readProcess(pid)?.parent ?? 0) found.add(pid)
  return found
}

/** The state folder and the program, in the host's own paths. */
function ownPlaces(host: WritableHost): string[] {
  const program = dirname(dirname(fileURLToPath(import.meta.url)))
  const root = realpathSync(host.root)
  return [host.state, program, process.execPath]
    .filter(place => root === '/' || place.startsWith(`${root}/`))
    .map(place => (root === '/' ? place : place.slice(root.length)))
}

function mountPoints(host: WritableHost): string[] {
  const root = realpathSync(host.root)
  return readMounts()
    .map(mount => mount.path)
    .filter(path => root === '/' || path.startsWith(`${root}/`))
    .map(path => (root === '/' ? path : path.slice(root.length)))
}

/** One line of /proc/self/mountinfo (proc(5)), paths in the form of `decodeBytes`. */
export interface Mount {
  readonly id: number
  readonly device: string
  readonly root: string
  readonly path: string
  readonly type: string
  readonly superOptions: readonly string[]
}

export function readMounts(): Mount[] {
  const mounts: Mount[] = []
  for (const line of decodeBytes(readFileSync('/proc/self/mountinfo')).split('\n')) {
    const [left, right] = line.split(' - ')
    const [id, , device, root, path] = (left ?? '').split(' ')
    const [type, , options] = (right ?? '').split(' ')
    if (device === undefined || root === undefined || path === undefined || type === undefined) continue
    const superOptions = (options ?? '').split(',')
    mounts.push({ id: Number(id), device, root: unescaped(root), path: unescaped(path), type, superOptions })
  }
  return mounts
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
