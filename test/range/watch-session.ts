import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type Detection, detection } from '../../model/index.ts'
import { checkout, type Range } from './range.ts'

export interface Told {
  /** Milliseconds since 1970 when the line was read outside of the host. */
  readonly atMs: number
  readonly detection: Detection
}

/** A program that began: what a look-alike that `leaves` a line says of itself. */
export interface Began {
  readonly pid: number
  readonly atMs: number
  readonly path: string
}

/** Where look-alikes write that they began. */
export const beganPath = '/var/tmp/range-began'

/** `davylamp watch --json` on a booted host; it can hold file systems of the host only. */
export class WatchSession {
  readonly range: Range
  readonly told: Told[] = []
  readonly #argv: readonly string[]
  #child: ReturnType<Range['startBeside']>
  #notes = ''

  private constructor(range: Range, argv: readonly string[]) {
    this.range = range
    this.#argv = argv
    this.#child = this.#begin()
  }

  static start(range: Range, mode: 'observe' | 'block', more: readonly string[] = []): WatchSession {
    const only = ['/', '/dev/shm'].flatMap(path => ['--only', path])
    return new WatchSession(range, [`${checkout}/davylamp`, '--json', 'watch', '--mode', mode, ...only, ...more])
  }

  #begin(): ReturnType<Range['startBeside']> {
    const child = this.range.startBeside(this.#argv)
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const atMs = Date.now()
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.told.push({ atMs, detection: detection.parse(JSON.parse(line)) })
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#notes += text
    })
    return child
  }

  get notes(): string {
    return this.#notes
  }

  /** What was told that holds, waited for. Fails with what else was told. */
  async until(what: string, holds: (one: Detection) => boolean, seconds: number): Promise<Told> {
    for (const end = Date.now() + seconds * 1_000; ; await pause(20)) {
      const found = this.told.find(one => holds(one.detection))
      if (found !== undefined) return found
      if (Date.now() > end || this.#child.exitCode !== null)
        throw new Error(`${what} was not told in ${seconds} s\n${this.summary()}`)
    }
  }

  summary(): string {
    const lines = this.told.map(
      ({ detection: { verdict, title, responses } }) =>
        `${verdict} ${title} ${responses.map(one => `${one.kind} ${one.outcome}`).join(', ')}`,
    )
    return [...lines, this.#notes].join('\n')
  }

  /** Ended and begun again, with what was told until then forgotten. */
  async again(): Promise<void> {
    await this.stop()
    this.told.length = 0
    this.#child = this.#begin()
  }

  /** Exit status. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      // The signal would only reach nsenter(1), which stands between.
      const watching = this.range.processes().find(({ argv }) => argv.includes('watch') && argv.includes('--json'))
      await this.range.sh(`kill -INT ${watching?.pid}`)
      await ended
    }
    return this.#child.exitCode
  }
}

export function began(range: Range): Began[] {
  const path = `${range.inside}${beganPath}`
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      const [, pid, atMs, program] = /^(\d+) (\d+) (.*)$/.exec(line) ?? []
      return program === undefined ? [] : [{ pid: Number(pid), atMs: Number(atMs), path: program }]
    })
}
