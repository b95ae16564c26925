import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { JobStopped } from '../ports.ts'
import { limitProcessor } from './ceiling.ts'
import { setMemoryWorth } from './memory-worth.ts'
import { residentBytesOf } from './process-stat.ts'

export interface LookChild {
  readonly launcher: string
  readonly words: readonly string[]
  readonly input?: string
  readonly signal: AbortSignal
  /** Percent of one core; 100 and more: none. */
  readonly cpuPercent?: number
  /** Longest time, in seconds. */
  readonly seconds?: number
  onLine(line: string): void
  onStart?(pid: number): void
}

export interface ChangeChild {
  readonly launcher: string
  readonly words: readonly string[]
  /** For its standard input. */
  readonly input?: string
  /** Where standard output and error go: files, so that the child finishes its work although we may be gone. */
  readonly output: string
  readonly signal: AbortSignal
  /** How long it is waited for after `signal`. Default 0. */
  readonly patienceMs?: number
  onStart(pid: number): void
}

export interface ChildEnd {
  readonly status: number | null
  readonly stdout: string
  /** The last of it. */
  readonly stderr: string
}

const mostLine = 16 * 1_048_576
const mostBytes = 512 * 1_048_576
const mostStderr = 4_000
const mostResident = 2 * 1024 ** 3
const graceMs = 5_000

/**
 * Runs a child that changes nothing, and gives its lines as they come. It is ended when `signal` says so, when it takes too long,
 * says too much or grows too large; a ceiling of the processor may stop and continue it. Throws `JobStopped` on `signal`.
 */
export async function runLook({ launcher, words, signal, seconds = 3_600, ...given }: LookChild): Promise<ChildEnd> {
  if (signal.aborted) throw new JobStopped('stopped before it began')
  const child = spawn(launcher, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.once('spawn', () => given.onStart?.(child.pid ?? 0))
  if (child.pid !== undefined) setMemoryWorth(child.pid, 'look')
  const unbound = limitProcessor(child, given.cpuPercent ?? 100)
  let ended: string | undefined
  const end = (why: string) => {
    ended ??= why
    unbound()
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
  }
  const stop = () => end('stopped')
  signal.addEventListener('abort', stop, { once: true })
  const late = setTimeout(() => end(`took longer than ${seconds} s`), seconds * 1_000)
  const watch = setInterval(() => {
    if (residentBytesOf(child.pid) > mostResident) end(`needed more than ${mostResident / 1024 ** 2} MiB of memory`)
  }, 2_000)
  try {
    const result = await communicate(child, given.input, given.onLine, end)
    if (signal.aborted) throw new JobStopped('stopped on request')
    if (ended !== undefined) throw new Error(`${words.join(' ')}: ${ended}`)
    return result
  } finally {
    clearTimeout(late)
    clearInterval(watch)
    unbound()
    signal.removeEventListener('abort', stop)
  }
}

/**
 * Runs a child that changes the host. It is never ended by us: after `signal` and `patienceMs` it is left to finish and `JobStopped` is
 * thrown; the journal tells whoever starts next how far it came.
 */
export async function runChange({
  launcher,
  words,
  input,
  output,
  signal,
  onStart,
  ...given
}: ChangeChild): Promise<ChildEnd> {
  if (signal.aborted) throw new JobStopped('stopped before it began')
  mkdirSync(dirname(output), { recursive: true, mode: 0o700 })
  const files = [openSync(`${output}.out`, 'w', 0o600), openSync(`${output}.err`, 'w', 0o600)]
  const source = input === undefined ? 'ignore' : fileOf(input, `${output}.in`)
  // A session of its own: what is sent to our process group must not end it in the middle.
  const child = spawn(launcher, words, { stdio: [source, ...files], detached: true })
  for (const one of [source, ...files]) if (typeof one === 'number') closeSync(one)
  const status = await new Promise<number | null>((done, fail) => {
    let patience: NodeJS.Timeout | undefined
    const leave = () => {
      child.unref()
      fail(new JobStopped('left to finish'))
    }
    const wait = () => {
      patience = setTimeout(leave, given.patienceMs ?? 0)
    }
    signal.addEventListener('abort', wait, { once: true })
    child.once('error', fail)
    child.once('spawn', () => onStart(child.pid ?? 0))
    if (child.pid !== undefined) setMemoryWorth(child.pid, 'change')
    child.once('close', code => {
      clearTimeout(patience)
      signal.removeEventListener('abort', wait)
      done(code)
    })
  })
  const result = { status, stdout: bounded(`${output}.out`), stderr: bounded(`${output}.err`).slice(-mostStderr) }
  for (const end of ['out', 'err']) rmSync(`${output}.${end}`, { force: true })
  return result
}

/** A file without a name that holds the text, at its beginning. */
function fileOf(text: string, path: string): number {
  writeFileSync(path, text, { mode: 0o600 })
  const descriptor = openSync(path, 'r')
  rmSync(path)
  return descriptor
}

function communicate(
  child: ChildProcess,
  input: string | undefined,
  onLine: (line: string) => void,
  end: (why: string) => void,
): Promise<ChildEnd> {
  let stderr = ''
  let rest = ''
  let bytes = 0
  return new Promise((done, fail) => {
    child.once('error', fail)
    // A child that reads nothing closes the pipe first.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      bytes += text.length
      rest += text
      if (bytes > mostBytes || rest.length > mostLine) {
        rest = ''
        end('said too much')
        return
      }
      // A report is one line of megabytes: it is not searched anew with each piece.
      if (!text.includes('\n')) return
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      try {
        for (const line of lines) onLine(line)
      } catch (error) {
        end('was not understood')
        fail(error)
      }
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-mostStderr)
    })
    child.once('close', status => done({ status, stdout: rest, stderr }))
  })
}

function bounded(path: string): string {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostLine ? '' : readFileSync(path, 'utf8')
}
