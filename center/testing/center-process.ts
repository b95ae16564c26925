import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of tests in a process of its own, that says what it did line by line as JSON. */
export interface TestProcess {
  readonly child: ChildProcess
  /** The next line; `undefined` when it has ended. */
  next(): Promise<Record<string, unknown> | undefined>
  /** What it said as errors. */
  errors(): string
  end(signal?: NodeJS.Signals): Promise<void>
}

const runtimeFlags = ['--disable-warning=ExperimentalWarning']

/** Starts `center/testing/NAME` with the runtime of the tests, as another user when `uid` is given. */
export function startProcess(name: string, args: readonly string[], uid?: number): TestProcess {
  const command = [process.execPath, ...runtimeFlags, join(import.meta.dirname, name), ...args]
  const drop = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
  const [program = '', ...rest] = [...drop, ...command]
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    errors = (errors + text).slice(-10_000)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    next: async () => {
      const line = await lines.next()
      return line.done === true ? undefined : JSON.parse(line.value)
    },
    errors: () => errors,
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}
