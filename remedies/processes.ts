import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { ProcessName } from '../model/index.ts'
import { ownProcDirectory } from '../native/read/own-proc.ts'
import { decodeBytes, displayBytes } from '../target/index.ts'

/** What /proc/PID/stat says of a process (proc(5)). */
export interface ProcessState {
  readonly pid: number
  readonly name: string
  readonly state: string
  readonly parent: number
  readonly session: number
  readonly kernelThread: boolean
  readonly startTime: number
}

const kernelThreadFlag = 0x200000

/** A file of /proc/PID below which nobody can have mounted something else: a process that was covered is not gone. */
export function procPath(pid: number | 'self', name: string): string {
  return `${ownProcDirectory()}/${pid}/${name}`
}

/** Undefined when there is no such process. */
export function readProcess(pid: number): ProcessState | undefined {
  const text = procText(pid, 'stat')
  if (text === undefined) return undefined
  // The name is freely chosen and may hold blanks and parentheses: the last one ends it.
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  if (!Number.isSafeInteger(field(22))) return undefined
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '?',
    parent: field(4),
    session: field(6),
    kernelThread: (field(9) & kernelThreadFlag) !== 0,
    startTime: field(22),
  }
}

/** Every process that /proc lists. */
export function allProcesses(): ProcessState[] {
  return readdirSync(ownProcDirectory())
    .filter(name => /^[1-9][0-9]*$/.test(name))
    .map(name => readProcess(Number(name)))
    .filter(found => found !== undefined)
}

/** As the process fact has it: without ` (deleted)`, `memfd:NAME` for an executable in memory. */
export function executableOf(pid: number): string | undefined {
  const link = procLink(pid, 'exe')
  if (link === undefined) return undefined
  const path = link.endsWith(' (deleted)') ? link.slice(0, -' (deleted)'.length) : link
  return path.startsWith('/memfd:') ? path.slice(1) : path
}

/** `gone` also for a zombie and for a later process with the same pid; a text says what differs. */
export function standing(named: ProcessName): 'same' | 'gone' | { readonly changed: string } {
  const now = readProcess(named.pid)
  if (now === undefined || now.state === 'Z' || now.state === 'X') return 'gone'
  if (now.startTime !== named.startTime) return 'gone'
  if (named.path === undefined) return 'same'
  const path = executableOf(named.pid)
  if (path === undefined)
    return readProcess(named.pid) === undefined ? 'gone' : { changed: 'its executable cannot be read' }
  if (displayBytes(path) === named.path || path === named.path) return 'same'
  return { changed: `process ${named.pid} now runs ${displayBytes(path)}` }
}

/** argv as the process has it now. */
export function argumentsOf(pid: number): string[] {
  const bytes = procBytes(pid, 'cmdline')
  if (bytes === undefined || bytes.length === 0) return []
  return decodeBytes(bytes).replace(/\0$/, '').split('\0')
}

export function procBytes(pid: number, name: string): Buffer | undefined {
  try {
    return readFileSync(procPath(pid, name))
  } catch {
    return undefined
  }
}

export function procText(pid: number, name: string): string | undefined {
  const bytes = procBytes(pid, name)
  return bytes === undefined ? undefined : decodeBytes(bytes)
}

export function procLink(pid: number, name: string): string | undefined {
  try {
    return decodeBytes(readlinkSync(procPath(pid, name), { encoding: 'buffer' }))
  } catch {
    return undefined
  }
}

export function namesOf(pid: number, folder: string): string[] {
  try {
    return readdirSync(procPath(pid, folder))
  } catch {
    return []
  }
}

/** Names this boot: pids of another boot mean nothing. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

/** Waits, asking every few milliseconds, until something is so; false when it was not within the time. */
export async function until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (holds()) return true
    if (Date.now() >= end) return false
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}
