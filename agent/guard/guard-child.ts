import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { serviceGroups } from '../work/service-groups.ts'
import type { FromGuard, ToGuard } from './messages.ts'

export interface GuardChildOptions {
  readonly launcher: string
  readonly state: string
  readonly log: (line: string) => void
  readonly hear: (said: FromGuard) => void
}

const mostLine = 16 * 1_048_576
const mostUnheard = 16 * 1_048_576
const patienceMs = 5_000

/** One run of `davylamp agent guard`. It ends when its standard input does. */
export class GuardChild {
  readonly #child: ChildProcessWithoutNullStreams
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>
  /** It was asked to end. */
  wasTold = false
  #broken: string | undefined

  constructor({ launcher, state, log, hear }: GuardChildOptions) {
    const child = spawn(launcher, ['--json', '--state', state, 'agent', 'guard'], { stdio: 'pipe' })
    this.#child = child
    child.once('spawn', () => serviceGroups()?.prefer(child.pid ?? 0))
    // Who has ended hears nothing: that is told once, by its end.
    child.stdin.on('error', () => {})
    this.ended = new Promise(resolve => {
      child.once('error', error => resolve(error.message))
      child.once('close', (code, signal) => resolve(this.#broken ?? signal ?? `exit status ${code}`))
    })
    linesOf(
      child.stdout,
      line => this.#take(line, hear),
      () => this.#breakOff('it said too much at once'),
    )
    linesOf(
      child.stderr,
      line => log(`guard: ${line}`),
      () => {},
    )
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  tell(what: ToGuard): void {
    // A guard that hears nothing any more must not fill the agent.
    if (this.#child.stdin.writableLength > mostUnheard) return this.#breakOff('it stopped listening')
    if (this.#child.stdin.writable) this.#child.stdin.write(`${JSON.stringify(what)}\n`)
  }

  async end(): Promise<void> {
    this.wasTold = true
    this.#child.stdin.end()
    const late = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.ended
    clearTimeout(late)
  }

  #take(line: string, hear: (said: FromGuard) => void): void {
    let said: FromGuard
    try {
      said = JSON.parse(line) as FromGuard
    } catch {
      return this.#breakOff('it was not understood')
    }
    hear(said)
  }

  #breakOff(why: string): void {
    this.#broken ??= why
    this.#child.kill('SIGKILL')
  }
}

function linesOf(stream: NodeJS.ReadableStream, onLine: (line: string) => void, tooLong: () => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    rest += text
    if (!text.includes('\n')) {
      if (rest.length <= mostLine) return
      rest = ''
      return tooLong()
    }
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}
